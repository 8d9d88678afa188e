package dev.keelson.server.rpc;

import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.EventExecutor;
import java.util.LinkedHashSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Everything that a connection sends: its window, the streams that wait for it, and batches, each
 * of which ends with one flush. Event loop only, except where said.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // a write or close that fails shows as inactive channel
final class Egress {
  private static final int DEBUG_BYTES_MAX = 256;
  private static final byte[] NO_DEBUG = {};

  private final ChannelHandlerContext context;
  private final EventExecutor loop;
  private final OutBuffer out;
  private final Runnable sent;
  private final LinkedHashSet<SendQueue> line = new LinkedHashSet<>();
  private final ConcurrentLinkedQueue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean commandsDue = new AtomicBoolean();
  private int window = Frames.DEFAULT_WINDOW;
  private boolean batching;
  private boolean flushDue;

  /**
   * Creates the sending side.
   *
   * @param sent told when data or headers go out
   */
  Egress(ChannelHandlerContext context, Runnable sent) {
    this.context = context;
    this.loop = context.executor();
    this.out = new OutBuffer(context);
    this.sent = sent;
  }

  EventExecutor loop() {
    return loop;
  }

  boolean inLoop() {
    return loop.inEventLoop();
  }

  ByteBufAllocator allocator() {
    return context.alloc();
  }

  OutBuffer out() {
    return out;
  }

  // ---- batches

  /** What is written from now on goes out when the batch ends. */
  void beginBatch() {
    batching = true;
  }

  void endBatch() {
    batching = false;
    goOn();
    if (flushDue) {
      flushDue = false;
      out.flush();
    }
  }

  /** The socket has room again. */
  void writabilityChanged() {
    if (!batching) {
      endBatch();
    }
  }

  /** Lets what was written go out, with all else of this batch. */
  void flushSoon() {
    if (!flushDue) {
      flushDue = true;
      if (!batching) {
        loop.execute(this::endBatch);
      }
    }
  }

  /** Runs something on the event loop, now if this is it. Thread-safe. */
  void onLoop(Runnable command) {
    if (inLoop()) {
      command.run();
    } else {
      onLoopLater(command);
    }
  }

  /** Runs something on the event loop, after what runs now. Thread-safe. */
  void onLoopLater(Runnable command) {
    commands.add(command);
    if (commandsDue.compareAndSet(false, true)) {
      loop.execute(this::runCommands);
    }
  }

  private void runCommands() {
    commandsDue.set(false);
    boolean outermost = !batching;
    batching = true;
    try {
      for (Runnable next = commands.poll(); next != null; next = commands.poll()) {
        next.run();
      }
    } finally {
      // one that fails must not hold up the other calls of the connection
      if (!commands.isEmpty() && commandsDue.compareAndSet(false, true)) {
        loop.execute(this::runCommands);
      }
      if (outermost) {
        endBatch();
      }
    }
  }

  // ---- the window of all streams together

  /** How many bytes may be sent; negative after a shrink. */
  int window() {
    return window;
  }

  void spend(int bytes) {
    window -= bytes;
    sent.run();
  }

  /**
   * The peer allows more.
   *
   * @return whether the window is one that HTTP/2 allows
   */
  boolean widen(int increment) {
    long wider = (long) window + increment;
    window = (int) wider;
    goOn();
    return wider <= Integer.MAX_VALUE;
  }

  boolean writable() {
    return context.channel().isWritable();
  }

  /** Goes on with that stream when the window or the socket allow. */
  void waitInLine(SendQueue queue) {
    line.add(queue);
  }

  /** The stream is over, which nobody may tell the line before the client reads again. */
  void leaveLine(SendQueue queue) {
    line.remove(queue);
  }

  /** How many streams wait for the window or the socket. */
  int waiting() {
    return line.size();
  }

  private void goOn() {
    while (!line.isEmpty() && window > 0 && writable()) {
      line.removeFirst().drain();
      flushDue = true;
    }
  }

  // ---- frames

  void headers(int stream, ByteBuf block, boolean endStream) {
    sent.run();
    byte type = Frames.HEADERS;
    do {
      int bytes = Math.min(block.readableBytes(), Frames.MAX_PAYLOAD);
      boolean last = bytes == block.readableBytes();
      int flags = last ? Frames.END_HEADERS : 0;
      if (type == Frames.HEADERS && endStream) {
        flags |= Frames.END_STREAM;
      }
      ByteBuf buffer = out.room(Frames.HEADER_BYTES + bytes);
      Frames.header(buffer, bytes, type, flags, stream);
      buffer.writeBytes(block, bytes);
      type = Frames.CONTINUATION;
    } while (block.isReadable());
    flushSoon();
  }

  /** Answers what is not a call of a known method; the rest of the stream is not looked at. */
  void refuse(int stream, Status status) {
    ByteBuf block = allocator().buffer();
    ResponseHeads.success(block);
    refuse(stream, block, status);
  }

  /** Answers what is not a call, by a status of HTTP. */
  void refuse(int stream, int httpStatus, String reason) {
    ByteBuf block = allocator().buffer();
    ResponseHeads.httpStatus(block, httpStatus);
    refuse(stream, block, Status.INTERNAL.withDescription(reason));
  }

  private void refuse(int stream, ByteBuf block, Status status) {
    try {
      ResponseHeads.status(block, status);
      headers(stream, block, true);
    } finally {
      block.release();
    }
    reset(stream, Http2Error.NO_ERROR);
  }

  void reset(int stream, Http2Error error) {
    Frames.reset(out.room(Frames.HEADER_BYTES + 4), stream, error.code());
    flushSoon();
  }

  void windowUpdate(int stream, int increment) {
    Frames.windowUpdate(out.room(Frames.HEADER_BYTES + 4), stream, increment);
    flushSoon();
  }

  void settingsTaken() {
    Frames.header(out.room(Frames.HEADER_BYTES), 0, Frames.SETTINGS, Frames.ACK, 0);
    flushSoon();
  }

  void ping(int flags, long data) {
    Frames.ping(out.room(Frames.HEADER_BYTES + 8), flags, data);
    flushSoon();
  }

  /** Says that streams after {@code lastStream} will not be served. */
  void goAway(int lastStream, Http2Error error) {
    goAway(lastStream, error, NO_DEBUG);
  }

  void goAway(int lastStream, Http2Error error, byte[] debug) {
    byte[] told = debug.length > DEBUG_BYTES_MAX ? NO_DEBUG : debug;
    Frames.goAway(out.room(Frames.HEADER_BYTES + 8 + told.length), lastStream, error.code(), told);
    flushSoon();
  }

  /** Closes the channel once everything written so far is out. */
  void closeAfterFlush() {
    out.flush();
    context.writeAndFlush(context.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
  }

  void close() {
    out.close();
  }
}
