package dev.keelson.server.listen;

import dev.keelson.node.peer.PeerFront;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** Tells protocols apart by the first bytes of a connection. */
final class FirstBytes {

  /** The verdict on what has arrived so far. */
  enum Protocol {
    /** More bytes are needed. */
    UNDECIDED,
    /** The whole HTTP/2 connection preface (RFC 9113 §3.4): gRPC. */
    HTTP2,
    /** A request method and a space (RFC 9112 §3): HTTP/1. */
    HTTP1,
    /** {@link PeerFront#SNAPSHOT_PREFACE}: a snapshot between members. */
    SNAPSHOT,
    /** None of them, whatever follows. */
    UNKNOWN
  }

  private static final byte[] HTTP2_PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] SNAPSHOT_PREFACE =
      PeerFront.SNAPSHOT_PREFACE.getBytes(StandardCharsets.US_ASCII);

  /** Longer than any registered method that etcd's handlers know. */
  private static final int LONGEST_METHOD = 16;

  private FirstBytes() {}

  /** Judges the readable bytes without consuming them. */
  static Protocol judge(ByteBuf bytes) {
    int length = bytes.readableBytes();
    int same = common(bytes, HTTP2_PREFACE);
    if (same == HTTP2_PREFACE.length) {
      return Protocol.HTTP2;
    }
    int snapshot = common(bytes, SNAPSHOT_PREFACE);
    if (snapshot == SNAPSHOT_PREFACE.length) {
      return Protocol.SNAPSHOT;
    }
    if (same == length || snapshot == length) {
      return Protocol.UNDECIDED;
    }
    return same > "PRI ".length() ? Protocol.UNKNOWN : judgeMethod(bytes, length);
  }

  /** How many of the first bytes are those of the preface. */
  private static int common(ByteBuf bytes, byte[] preface) {
    int same = 0;
    while (same < bytes.readableBytes()
        && same < preface.length
        && bytes.getByte(bytes.readerIndex() + same) == preface[same]) {
      same++;
    }
    return same;
  }

  private static Protocol judgeMethod(ByteBuf bytes, int length) {
    for (int i = 0; i < length; i++) {
      byte b = bytes.getByte(bytes.readerIndex() + i);
      if (b == ' ' && i > 0) {
        return Protocol.HTTP1;
      }
      if (b < 'A' || b > 'Z' || i >= LONGEST_METHOD) {
        return Protocol.UNKNOWN;
      }
    }
    return Protocol.UNDECIDED;
  }
}
