package dev.keelson.bench.h2;

import io.netty.handler.codec.http2.Http2Exception;
import io.netty.util.collection.IntObjectHashMap;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One plaintext HTTP/2 client connection (RFC 9113) that carries gRPC calls. Everything but {@link
 * #loop()} belongs to the loop's thread. Writes gather until the loop has handled all that was
 * readable and leave in one system call.
 *
 * <p>Receive windows are wide (16 MiB for the connection and for each stream) and are topped up
 * when half is used, so that neither side spends time on flow control.
 */
public final class Connection implements FrameHandler {
  /** gRPC's UNAVAILABLE: the status given to calls that a broken connection ends. */
  public static final int UNAVAILABLE = 14;

  private static final int UNKNOWN = 2;
  private static final int INTERNAL = 13;
  private static final int RECEIVE_WINDOW = 16 * 1024 * 1024;
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final EventLoop loop;
  private final SocketChannel channel;
  private final SelectionKey key;
  private final String authority;
  private final Map<String, String> metadata;
  private final CompletableFuture<Connection> ready;
  private final FrameReader in = new FrameReader();
  private final OutBuffer out = new OutBuffer();
  private final ResponseHeaders responses = new ResponseHeaders();
  private final IntObjectHashMap<Call> calls = new IntObjectHashMap<>();
  private final SendQueue sendQueue = new SendQueue(out);
  private final ByteArrayOutputStream splitBlock = new ByteArrayOutputStream();

  private @Nullable RequestHeaders requests;
  private int nextStreamId = 1;
  private int peerInitialWindow = Frames.DEFAULT_WINDOW;
  private int unacknowledged;
  private boolean flushScheduled;
  private boolean writeBlocked;
  private @Nullable String failure;

  Connection(
      EventLoop loop,
      SocketChannel channel,
      SelectionKey key,
      String authority,
      Map<String, String> metadata,
      CompletableFuture<Connection> ready) {
    this.loop = loop;
    this.channel = channel;
    this.key = key;
    this.authority = authority;
    this.metadata = metadata;
    this.ready = ready;
  }

  /** The loop whose thread owns this connection. */
  public EventLoop loop() {
    return loop;
  }

  /** Whether calls can no longer be started. */
  public boolean isClosed() {
    return failure != null;
  }

  /**
   * Starts a call and sends its first message.
   *
   * @param path gRPC method, such as {@code /etcdserverpb.KV/Put}
   * @param halfClose whether this message is also the last
   */
  public void start(
      Call call, String path, byte[] message, int offset, int length, boolean halfClose) {
    RequestHeaders headers = requests;
    if (failure != null || headers == null) {
      call.listener().onClose(call, UNAVAILABLE, failure == null ? "not connected" : failure);
      return;
    }
    int id = nextStreamId;
    nextStreamId += 2;
    call.opened(id, peerInitialWindow);
    calls.put(id, call);
    byte[] block = headers.block(path);
    out.frameHeader(block.length, Frames.HEADERS, Frames.END_HEADERS, id);
    out.bytes(block, 0, block.length);
    send(call, message, offset, length, halfClose);
  }

  /** Sends one more message of an open call; nothing happens when the call has ended meanwhile. */
  public void send(Call call, byte[] message, int offset, int length, boolean halfClose) {
    if (calls.get(call.streamId()) == call) {
      sendQueue.send(call, message, offset, length, halfClose);
      scheduleFlush();
    }
  }

  /** Gives up a call: the server is told to stop, and the listener hears of it no more. */
  public void cancel(Call call) {
    if (calls.remove(call.streamId()) != null) {
      sendQueue.forget(call);
      out.frameHeader(4, Frames.RST_STREAM, 0, call.streamId());
      out.int32(0x8); // CANCEL
      scheduleFlush();
    }
  }

  void onConnected() throws IOException {
    out.bytes(PREFACE, 0, PREFACE.length);
    out.frameHeader(12, Frames.SETTINGS, 0, 0);
    out.int16(Frames.SETTINGS_ENABLE_PUSH);
    out.int32(0);
    out.int16(Frames.SETTINGS_INITIAL_WINDOW_SIZE);
    out.int32(RECEIVE_WINDOW);
    windowUpdate(0, RECEIVE_WINDOW - Frames.DEFAULT_WINDOW);
    key.interestOps(SelectionKey.OP_READ);
    flush();
  }

  void onReadable() throws IOException, Http2Exception {
    in.readFrom(channel, this);
  }

  void flush() throws IOException {
    flushScheduled = false;
    if (failure == null) {
      boolean blocked = !out.writeTo(channel);
      if (blocked != writeBlocked) {
        writeBlocked = blocked;
        key.interestOps(SelectionKey.OP_READ | (blocked ? SelectionKey.OP_WRITE : 0));
      }
    }
  }

  /** Closes the socket and ends every open call with {@link #UNAVAILABLE}. */
  void fail(String reason) {
    if (failure != null) {
      return;
    }
    failure = reason;
    key.cancel();
    try {
      channel.close();
    } catch (IOException e) {
      failure = reason + "; close: " + e.getMessage();
    }
    ready.completeExceptionally(new IOException(authority + ": " + failure));
    List<Call> open = new ArrayList<>(calls.values());
    calls.clear();
    for (Call call : open) {
      call.listener().onClose(call, UNAVAILABLE, failure);
    }
  }

  @Override
  public void onFrame(int type, int flags, int streamId, byte[] buffer, int offset, int length)
      throws IOException, Http2Exception {
    switch (type) {
      case Frames.DATA -> onData(flags, streamId, buffer, offset, length);
      case Frames.HEADERS -> onHeaders(flags, streamId, buffer, offset, length);
      case Frames.CONTINUATION -> onContinuation(flags, streamId, buffer, offset, length);
      case Frames.RST_STREAM ->
          close(streamId, INTERNAL, "RST_STREAM code " + FrameReader.int32(buffer, offset));
      case Frames.SETTINGS -> onSettings(flags, buffer, offset, length);
      case Frames.PING -> onPing(flags, buffer, offset, length);
      case Frames.GOAWAY ->
          throw new IOException("GOAWAY code " + FrameReader.int32(buffer, offset + 4));
      case Frames.WINDOW_UPDATE -> onWindowUpdate(streamId, FrameReader.int32(buffer, offset));
      default -> {} // PRIORITY and unknown types are to be ignored: RFC 9113 5.5
    }
  }

  private void onData(int flags, int streamId, byte[] buffer, int offset, int length) {
    unacknowledged += length;
    if (unacknowledged >= RECEIVE_WINDOW / 2) {
      windowUpdate(0, unacknowledged);
      unacknowledged = 0;
      scheduleFlush();
    }
    Call call = calls.get(streamId);
    if (call == null) {
      return; // cancelled; the bytes counted against the connection all the same
    }
    int padding = (flags & Frames.PADDED) == 0 ? 0 : 1 + (buffer[offset] & 0xff);
    int start = (flags & Frames.PADDED) == 0 ? offset : offset + 1;
    call.reader().accept(call, buffer, start, length - padding);
    if ((flags & Frames.END_STREAM) != 0) {
      close(streamId, INTERNAL, "stream ended without trailers");
    } else if (call.received(length) >= RECEIVE_WINDOW / 2) {
      windowUpdate(streamId, call.received(0));
      call.acknowledged();
      scheduleFlush();
    }
  }

  private void onHeaders(int flags, int streamId, byte[] buffer, int offset, int length)
      throws Http2Exception {
    int start = offset;
    int end = offset + length;
    if ((flags & Frames.PADDED) != 0) {
      end -= buffer[start++] & 0xff;
    }
    if ((flags & Frames.PRIORITY) != 0) {
      start += 5;
    }
    if ((flags & Frames.END_HEADERS) == 0) {
      splitBlock.reset();
      splitBlock.write(flags & Frames.END_STREAM);
      splitBlock.write(buffer, start, end - start);
      return;
    }
    onHeaderBlock((flags & Frames.END_STREAM) != 0, streamId, buffer, start, end - start);
  }

  private void onContinuation(int flags, int streamId, byte[] buffer, int offset, int length)
      throws Http2Exception {
    splitBlock.write(buffer, offset, length);
    if ((flags & Frames.END_HEADERS) != 0) {
      byte[] whole = splitBlock.toByteArray();
      onHeaderBlock(whole[0] != 0, streamId, whole, 1, whole.length - 1);
    }
  }

  private void onHeaderBlock(boolean last, int streamId, byte[] block, int offset, int length)
      throws Http2Exception {
    ResponseHeaders.Statuses statuses = responses.decode(block, offset, length);
    if (last) {
      if (statuses.grpcStatus() == ResponseHeaders.ABSENT) {
        close(streamId, UNKNOWN, "no grpc-status; HTTP status " + statuses.httpStatus());
      } else {
        close(streamId, statuses.grpcStatus(), statuses.grpcMessage());
      }
    } else if (statuses.httpStatus() != 200) {
      close(streamId, UNKNOWN, "HTTP status " + statuses.httpStatus());
    }
  }

  private void close(int streamId, int status, @Nullable String message) {
    Call call = calls.remove(streamId);
    if (call == null) {
      return;
    }
    sendQueue.forget(call);
    if (status == 0 && !call.reader().atBoundary()) {
      call.listener().onClose(call, INTERNAL, "response message cut short");
    } else {
      call.listener().onClose(call, status, message);
    }
  }

  private void onSettings(int flags, byte[] buffer, int offset, int length) {
    if ((flags & Frames.ACK) != 0) {
      return;
    }
    long headerTable = Frames.DEFAULT_HEADER_TABLE;
    for (int at = offset; at + 6 <= offset + length; at += 6) {
      int id = (buffer[at] & 0xff) << 8 | (buffer[at + 1] & 0xff);
      int value = FrameReader.int32(buffer, at + 2);
      if (id == Frames.SETTINGS_HEADER_TABLE_SIZE) {
        headerTable = value & 0xffffffffL;
      } else if (id == Frames.SETTINGS_INITIAL_WINDOW_SIZE) {
        int change = value - peerInitialWindow; // applies to open streams too: RFC 9113 6.9.2
        peerInitialWindow = value;
        calls.values().forEach(call -> call.addSendWindow(change));
        sendQueue.pump();
      }
    }
    out.frameHeader(0, Frames.SETTINGS, Frames.ACK, 0);
    scheduleFlush();
    if (requests == null) {
      requests = new RequestHeaders(authority, metadata, headerTable);
      ready.complete(this);
    }
  }

  private void onPing(int flags, byte[] buffer, int offset, int length) {
    if ((flags & Frames.ACK) == 0) {
      out.frameHeader(length, Frames.PING, Frames.ACK, 0);
      out.bytes(buffer, offset, length);
      scheduleFlush();
    }
  }

  private void onWindowUpdate(int streamId, int increment) {
    if (streamId == 0) {
      sendQueue.addConnectionWindow(increment);
    } else {
      Call call = calls.get(streamId);
      if (call != null) {
        call.addSendWindow(increment);
      }
    }
    if (sendQueue.pump()) {
      scheduleFlush();
    }
  }

  private void windowUpdate(int streamId, int increment) {
    out.frameHeader(4, Frames.WINDOW_UPDATE, 0, streamId);
    out.int32(increment);
  }

  private void scheduleFlush() {
    if (!flushScheduled) {
      flushScheduled = true;
      loop.flushLater(this);
    }
  }
}
