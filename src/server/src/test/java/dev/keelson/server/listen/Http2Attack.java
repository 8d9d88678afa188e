package dev.keelson.server.listen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** An HTTP/2 client that writes what it likes, frame by frame, and reads on the side. */
final class Http2Attack implements AutoCloseable {

  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int GOAWAY = 7;

  /** Something to send again and again. */
  interface Step {
    void send() throws IOException;
  }

  private final Socket socket;
  private final OutputStream out;
  private boolean writeFailed;
  private int nextStream = 1;

  Http2Attack(Socket socket) throws IOException {
    this.socket = socket;
    this.out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
    out.write(PREFACE);
    frame(4, 0, 0, new byte[0]);
    out.flush();
  }

  /** Writes a frame (RFC 9113 §4.1). */
  void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    out.write(payload.length >>> 16);
    out.write(payload.length >>> 8);
    out.write(payload.length);
    out.write(type);
    out.write(flags);
    for (int shift = 24; shift >= 0; shift -= 8) {
      out.write(stream >>> shift);
    }
    out.write(payload);
  }

  void ping() throws IOException {
    frame(6, 0, 0, new byte[8]);
  }

  /** HEADERS of a Put that announces gzip. */
  void openCall(int stream) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.write(0x83); // :method: POST, from the static table
    block.write(0x86); // :scheme: http
    block.write(4);
    text(block, "/etcdserverpb.KV/Put");
    block.write(1);
    text(block, "x");
    field(block, "te", "trailers");
    field(block, "content-type", "application/grpc");
    field(block, "grpc-encoding", "gzip");
    frame(1, 4, stream, block.toByteArray());
  }

  private static void field(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    text(block, name);
    text(block, value);
  }

  private static void text(ByteArrayOutputStream block, String text) {
    block.write(text.length());
    block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** The whole body of a call: one compressed message. */
  void message(int stream, byte[] compressed) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(1);
    for (int shift = 24; shift >= 0; shift -= 8) {
      body.write(compressed.length >>> shift);
    }
    body.writeBytes(compressed);
    byte[] bytes = body.toByteArray();
    int frameBytes = 16_384;
    for (int at = 0; at < bytes.length; at += frameBytes) {
      int end = Math.min(bytes.length, at + frameBytes);
      frame(0, end == bytes.length ? 1 : 0, stream, Arrays.copyOfRange(bytes, at, end));
    }
    out.flush();
  }

  void rapidReset(int times) {
    flood(
        times,
        () -> {
          openCall(nextStream);
          frame(3, 0, nextStream, new byte[] {0, 0, 0, 8}); // RST_STREAM, CANCEL
          nextStream += 2;
        });
  }

  /** Sends again and again, without reading, until the server does not take it any more. */
  void flood(int times, Step step) {
    try {
      for (int i = 0; i < times; i++) {
        step.send();
      }
      out.flush();
    } catch (IOException cut) {
      writeFailed = true;
    }
  }

  /** The server said GOAWAY or closed the connection. */
  void expectCut() throws IOException {
    assertThat(writeFailed || readsGoAwayOrEnd()).as("connection cut").isTrue();
  }

  void expectAnswerOrCut() throws IOException {
    out.flush();
    try {
      socket.getInputStream().read();
    } catch (SocketTimeoutException nothing) {
      throw nothing;
    } catch (IOException cut) {
      writeFailed = true;
    }
  }

  private boolean readsGoAwayOrEnd() throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    try {
      while (true) {
        int lengthAndType = in.readInt();
        in.skipNBytes(5);
        in.skipNBytes(lengthAndType >>> 8);
        if ((lengthAndType & 0xff) == GOAWAY) {
          return true;
        }
      }
    } catch (SocketTimeoutException open) {
      return false;
    } catch (IOException ended) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
