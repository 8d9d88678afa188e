package dev.keelson.server.command.archive;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/** Compresses, and encrypts if there is a key, what is written to it. Not thread-safe. */
public final class ArchiveOutput extends OutputStream {
  private static final int LEVEL = 3;

  private final OutputStream out;
  private final @Nullable ChunkCipher cipher;
  private final byte[] chunk = new byte[ArchiveHeader.CHUNK_BYTES];
  private final byte[] frame = new byte[(int) Zstd.compressBound(ArchiveHeader.CHUNK_BYTES)];
  private int filled;

  /**
   * Begins.
   *
   * @param out gets the archive; is not closed
   * @param key null for no encryption
   */
  public ArchiveOutput(OutputStream out, @Nullable BackupKey key) throws IOException {
    this.out = out;
    byte[] salt = new byte[ArchiveHeader.SALT_BYTES];
    if (key != null) {
      new SecureRandom().nextBytes(salt);
    }
    ArchiveHeader header = new ArchiveHeader(key != null, salt);
    cipher = key == null ? null : new ChunkCipher(key.derive(salt), header, Cipher.ENCRYPT_MODE);
    out.write(header.encode());
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int at = offset;
    int left = length;
    while (left > 0) {
      if (filled == chunk.length) {
        writeChunk(false);
      }
      int fitting = Math.min(left, chunk.length - filled);
      System.arraycopy(bytes, at, chunk, filled, fitting);
      filled += fitting;
      at += fitting;
      left -= fitting;
    }
  }

  /** Writes the last chunk, without which an archive is not complete. */
  public void finish() throws IOException {
    writeChunk(true);
  }

  private void writeChunk(boolean last) throws IOException {
    long compressed = Zstd.compressByteArray(frame, 0, frame.length, chunk, 0, filled, LEVEL);
    if (Zstd.isError(compressed)) {
      throw new IOException("compression failed: " + Zstd.getErrorName(compressed));
    }
    byte[] bytes = frame;
    int length = (int) compressed;
    if (cipher != null) {
      try {
        bytes = cipher.next(frame, 0, length, last);
        length = bytes.length;
      } catch (GeneralSecurityException e) {
        throw new IOException("encryption failed: " + e.getMessage(), e);
      }
    }
    int head = last ? length | Integer.MIN_VALUE : length;
    out.write(ByteBuffer.allocate(Integer.BYTES).putInt(head).array());
    out.write(bytes, 0, length);
    filled = 0;
  }
}
