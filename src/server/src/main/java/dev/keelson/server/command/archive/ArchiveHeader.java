package dev.keelson.server.command.archive;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The start of an archive. */
@SuppressWarnings("ArrayRecordComponent")
record ArchiveHeader(boolean encrypted, byte[] salt) {
  static final int SALT_BYTES = 32;
  static final int BYTES = 8 + Integer.BYTES + SALT_BYTES;

  /** What a chunk holds at most, before compression. */
  static final int CHUNK_BYTES = 1 << 20;

  private static final byte[] MAGIC = "KEELBAK".getBytes(US_ASCII);
  private static final byte VERSION = 1;
  private static final int ENCRYPTED = 1;

  byte[] encode() {
    return ByteBuffer.allocate(BYTES)
        .put(MAGIC)
        .put(VERSION)
        .putInt(encrypted ? ENCRYPTED : 0)
        .put(salt)
        .array();
  }

  static ArchiveHeader decode(byte[] bytes) throws ArchiveException {
    if (bytes.length < BYTES || !Arrays.equals(MAGIC, Arrays.copyOf(bytes, MAGIC.length))) {
      throw new ArchiveException("it does not begin as a backup does");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, MAGIC.length, BYTES - MAGIC.length);
    byte version = in.get();
    int flags = in.getInt();
    if (version != VERSION || (flags & ~ENCRYPTED) != 0) {
      throw new ArchiveException(
          "it is of version %d with flags %d, which this program does not know"
              .formatted(version, flags));
    }
    byte[] salt = new byte[SALT_BYTES];
    in.get(salt);
    return new ArchiveHeader((flags & ENCRYPTED) != 0, salt);
  }
}
