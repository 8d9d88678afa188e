package dev.keelson.server.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A client that sends the frames it is told to send, right or wrong. */
final class RawClient implements AutoCloseable {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Socket socket;
  private final DataInputStream in;

  /** A frame that was received. */
  record Frame(int type, int flags, int stream, ByteBuf payload) {
    /** The error of a RST_STREAM or GOAWAY. */
    int error() {
      return payload.getInt(type == Frames.GO_AWAY ? 4 : 0);
    }

    boolean holds(String text) {
      return payload.toString(StandardCharsets.ISO_8859_1).contains(text);
    }
  }

  RawClient(InetSocketAddress address) throws IOException {
    socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout(10_000);
    in = new DataInputStream(socket.getInputStream());
  }

  /** Says hello as a client should. */
  RawClient greet() throws IOException {
    bytes(PREFACE);
    frame(Frames.SETTINGS, 0, 0, new byte[0]);
    return this;
  }

  void bytes(byte[] raw) throws IOException {
    socket.getOutputStream().write(raw);
  }

  void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    ByteBuf out = Unpooled.buffer();
    Frames.header(out, payload.length, (byte) type, flags, stream);
    out.writeBytes(payload);
    bytes(Arrays.copyOf(out.array(), out.readableBytes()));
  }

  /** Headers without compression. */
  static byte[] head(String... fields) {
    ByteBuf out = Unpooled.buffer();
    for (int i = 0; i < fields.length; i += 2) {
      out.writeByte(0);
      for (String text : new String[] {fields[i], fields[i + 1]}) {
        if (text.length() >= 127) {
          out.writeByte(127);
          int rest = text.length() - 127;
          for (; rest >= 128; rest >>>= 7) {
            out.writeByte((rest & 127) | 128);
          }
          out.writeByte(rest);
        } else {
          out.writeByte(text.length());
        }
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    return Arrays.copyOf(out.array(), out.readableBytes());
  }

  /** The headers of a call of a method of the test service. */
  static byte[] callOf(String method, String... more) {
    String[] fixed = {
      ":method", "POST",
      ":scheme", "http",
      ":path", "/" + ServedMethods.SERVICE + "/" + method,
      "content-type", "application/grpc",
      "te", "trailers"
    };
    String[] all = Arrays.copyOf(fixed, fixed.length + more.length);
    System.arraycopy(more, 0, all, fixed.length, more.length);
    return head(all);
  }

  /** A gRPC message that is an empty protobuf message. */
  static byte[] emptyMessage() {
    return new byte[5];
  }

  /** The next frame that is neither of the settings nor of the windows. */
  Frame next() throws IOException {
    Frame frame = any();
    while (frame.type() == Frames.SETTINGS || frame.type() == Frames.WINDOW_UPDATE) {
      frame = any();
    }
    return frame;
  }

  /** Reads until a window is made wider; returns the stream whose it is. */
  int nextWindow() throws IOException {
    Frame frame = any();
    while (frame.type() != Frames.WINDOW_UPDATE) {
      frame = any();
    }
    return frame.stream();
  }

  private Frame any() throws IOException {
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt();
    return new Frame(type, flags, stream, Unpooled.wrappedBuffer(in.readNBytes(length)));
  }

  /** Reads until a GOAWAY, whose error it returns. */
  int goAway() throws IOException {
    while (true) {
      Frame frame = next();
      if (frame.type() == Frames.GO_AWAY) {
        return frame.error();
      }
    }
  }

  /** Reads to the end. */
  boolean isClosed() throws IOException {
    try {
      while (true) {
        next();
      }
    } catch (EOFException e) {
      return true;
    } catch (java.net.SocketException e) {
      return true; // reset
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
