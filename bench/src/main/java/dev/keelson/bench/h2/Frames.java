package dev.keelson.bench.h2;

/** Numbers of RFC 9113 that the client uses: frame types, flags, settings, defaults. */
final class Frames {
  static final int HEADER_BYTES = 9;

  static final int DATA = 0x0;
  static final int HEADERS = 0x1;
  static final int RST_STREAM = 0x3;
  static final int SETTINGS = 0x4;
  static final int PING = 0x6;
  static final int GOAWAY = 0x7;
  static final int WINDOW_UPDATE = 0x8;
  static final int CONTINUATION = 0x9;

  static final int END_STREAM = 0x1;
  static final int ACK = 0x1;
  static final int END_HEADERS = 0x4;
  static final int PADDED = 0x8;
  static final int PRIORITY = 0x20;

  static final int SETTINGS_HEADER_TABLE_SIZE = 0x1;
  static final int SETTINGS_ENABLE_PUSH = 0x2;
  static final int SETTINGS_INITIAL_WINDOW_SIZE = 0x4;

  /** Window of a connection and of a new stream until told otherwise, in bytes. */
  static final int DEFAULT_WINDOW = 65_535;

  /** Largest frame payload either side may send until told otherwise, in bytes. */
  static final int DEFAULT_MAX_FRAME = 16_384;

  /** Size of the header compression table until told otherwise, in bytes. */
  static final int DEFAULT_HEADER_TABLE = 4_096;

  private Frames() {}
}
