package dev.keelson.server.command.archive;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/** Encrypts or decrypts the chunks of one archive in their order. Not thread-safe. */
final class ChunkCipher {
  /** What a chunk grows by. */
  static final int TAG_BYTES = 16;

  private static final int NONCE_BYTES = 12;

  private final SecretKey key;
  private final byte[] header;
  private final int mode;
  private long chunks;

  /**
   * Begins with the first chunk.
   *
   * @param mode {@link Cipher#ENCRYPT_MODE} or {@link Cipher#DECRYPT_MODE}
   */
  ChunkCipher(SecretKey key, ArchiveHeader header, int mode) {
    this.key = key;
    this.header = header.encode();
    this.mode = mode;
  }

  /**
   * Transforms the next chunk.
   *
   * @throws GeneralSecurityException if it is not what was encrypted there
   */
  byte[] next(byte[] chunk, int offset, int length, boolean last) throws GeneralSecurityException {
    byte[] nonce = ByteBuffer.allocate(NONCE_BYTES).putInt(last ? 1 : 0).putLong(chunks++).array();
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
    cipher.updateAAD(header);
    return cipher.doFinal(chunk, offset, length);
  }
}
