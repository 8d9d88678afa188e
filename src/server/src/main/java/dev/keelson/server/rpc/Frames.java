package dev.keelson.server.rpc;

import io.netty.buffer.ByteBuf;

/** Frame types, flags and settings of HTTP/2 (RFC 9113 §6), and how the fixed ones are written. */
final class Frames {
  static final int HEADER_BYTES = 9;

  /** The frame size every peer accepts; nothing larger is sent or taken. */
  static final int MAX_PAYLOAD = 1 << 14;

  static final byte DATA = 0;
  static final byte HEADERS = 1;
  static final byte PRIORITY = 2;
  static final byte RST_STREAM = 3;
  static final byte SETTINGS = 4;
  static final byte PUSH_PROMISE = 5;
  static final byte PING = 6;
  static final byte GO_AWAY = 7;
  static final byte WINDOW_UPDATE = 8;
  static final byte CONTINUATION = 9;

  static final int ACK = 0x1;
  static final int END_STREAM = 0x1;
  static final int END_HEADERS = 0x4;
  static final int PADDED = 0x8;
  static final int WITH_PRIORITY = 0x20;

  static final int SETTING_MAX_CONCURRENT_STREAMS = 3;
  static final int SETTING_INITIAL_WINDOW_SIZE = 4;
  static final int SETTING_MAX_FRAME_SIZE = 5;
  static final int SETTING_MAX_HEADER_LIST_SIZE = 6;

  static final int DEFAULT_WINDOW = 65_535;

  private Frames() {}

  static void header(ByteBuf out, int length, byte type, int flags, int stream) {
    out.writeMedium(length).writeByte(type).writeByte(flags).writeInt(stream);
  }

  static void reset(ByteBuf out, int stream, long error) {
    header(out, 4, RST_STREAM, 0, stream);
    out.writeInt((int) error);
  }

  static void windowUpdate(ByteBuf out, int stream, int increment) {
    header(out, 4, WINDOW_UPDATE, 0, stream);
    out.writeInt(increment);
  }

  static void ping(ByteBuf out, int flags, long data) {
    header(out, 8, PING, flags, 0);
    out.writeLong(data);
  }

  static void goAway(ByteBuf out, int lastStream, long error, byte[] debug) {
    header(out, 8 + debug.length, GO_AWAY, 0, 0);
    out.writeInt(lastStream).writeInt((int) error).writeBytes(debug);
  }

  static void setting(ByteBuf out, int id, long value) {
    out.writeShort(id).writeInt((int) value);
  }
}
