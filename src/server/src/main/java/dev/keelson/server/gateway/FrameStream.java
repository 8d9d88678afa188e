package dev.keelson.server.gateway;

import io.vertx.core.http.ServerWebSocket;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * What arrives on a WebSocket as one stream of bytes: a line for each message. One message is under
 * way at a time; the next is asked for when this one is read.
 *
 * <p>It has no end: a socket that is closed breaks it. Otherwise a client that sends nothing and
 * goes would have made the call with an empty message.
 */
final class FrameStream extends InputStream {
  private static final byte[] END = {};

  /** One would do, but the JSON parser says nothing before it has seen four bytes. */
  private static final int LINE_END = 4;

  private final ServerWebSocket socket;
  private final LinkedBlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
  private byte[] current = END;
  private int position;

  /** Begins to receive; to be called on the socket's own thread, before it has read anything. */
  FrameStream(ServerWebSocket socket) {
    this.socket = socket;
    socket.textMessageHandler(text -> arrived(text.getBytes(StandardCharsets.UTF_8)));
    socket.binaryMessageHandler(bytes -> arrived(bytes.getBytes()));
    socket.closeHandler(closed -> messages.add(END));
    socket.exceptionHandler(broken -> messages.add(END));
  }

  /** Runs when the client has closed the socket, or has closed it already. */
  void onEnd(Runnable action) {
    socket.closeHandler(
        closed -> {
          messages.add(END);
          action.run();
        });
    if (socket.isClosed()) {
      messages.add(END);
      action.run();
    }
  }

  private void arrived(byte[] message) {
    socket.pause();
    byte[] line = Arrays.copyOf(message, message.length + LINE_END);
    Arrays.fill(line, message.length, line.length, (byte) '\n');
    messages.add(line);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (position == current.length) {
      current = next();
      position = 0;
    }
    int count = Math.min(length, current.length - position);
    System.arraycopy(current, position, target, offset, count);
    position += count;
    return count;
  }

  @Override
  public int available() {
    return current.length - position;
  }

  private byte[] next() throws IOException {
    try {
      socket.resume();
      byte[] message = messages.take();
      if (message.length == 0) {
        messages.add(END); // for whoever asks again
        throw new EOFException("the WebSocket is closed");
      }
      return message;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a message");
    }
  }
}
