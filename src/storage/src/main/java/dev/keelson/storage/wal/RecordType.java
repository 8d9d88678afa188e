package dev.keelson.storage.wal;

import org.jspecify.annotations.Nullable;

/** The kinds of records; the code is on disk. */
enum RecordType {
  /** term 8, index 8, type 1, data. */
  ENTRY(1),
  /** term 8, vote 8, commit 8. */
  HARD_STATE(2),
  /** index 8, term 8, conf state. */
  SNAPSHOT(3),
  /** Nothing: the log goes on in the next segment, which is durable. */
  SEAL(5);

  private static final RecordType[] BY_CODE = {null, ENTRY, HARD_STATE, SNAPSHOT, null, SEAL};

  final byte code;

  RecordType(int code) {
    this.code = (byte) code;
  }

  static @Nullable RecordType of(byte code) {
    return code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
