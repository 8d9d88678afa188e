package dev.keelson.server.command.archive;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/**
 * Reads an archive. Nothing of a chunk is handed on before all of it was found right, and the end
 * of the stream only after the last chunk. Not thread-safe.
 */
public final class ArchiveInput {
  private static final int CHUNK_LENGTH_MAX =
      (int) Zstd.compressBound(ArchiveHeader.CHUNK_BYTES) + ChunkCipher.TAG_BYTES;

  private final InputStream in;
  private final @Nullable ChunkCipher cipher;
  private final byte[] chunk = new byte[ArchiveHeader.CHUNK_BYTES];
  private long number;
  private boolean ended;

  /**
   * Begins.
   *
   * @param in the archive; is not closed
   * @param key the key, if the archive is encrypted
   * @throws ArchiveException if it is no archive, or encrypted and there is no key
   */
  public ArchiveInput(InputStream in, @Nullable BackupKey key) throws IOException {
    this.in = in;
    ArchiveHeader header = ArchiveHeader.decode(in.readNBytes(ArchiveHeader.BYTES));
    if (header.encrypted() && key == null) {
      throw new ArchiveException("it is encrypted: give --key-file");
    }
    cipher =
        header.encrypted() && key != null
            ? new ChunkCipher(key.derive(header.salt()), header, Cipher.DECRYPT_MODE)
            : null;
  }

  /**
   * The next part of the content.
   *
   * @return valid until the next call; null at the end
   * @throws ArchiveException if it is damaged or cut off
   */
  public @Nullable ByteBuffer next() throws IOException {
    if (ended) {
      return null;
    }
    number++;
    byte[] head = in.readNBytes(Integer.BYTES);
    if (head.length < Integer.BYTES) {
      throw new ArchiveException("it is cut off at chunk " + number);
    }
    int word = ByteBuffer.wrap(head).getInt();
    ended = word < 0;
    int length = word & Integer.MAX_VALUE;
    if (length > CHUNK_LENGTH_MAX) {
      throw new ArchiveException("chunk " + number + " is damaged: " + length + " bytes");
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new ArchiveException("it is cut off in chunk " + number);
    }
    byte[] frame = cipher == null ? bytes : decrypt(cipher, bytes);
    long size = Zstd.decompressByteArray(chunk, 0, chunk.length, frame, 0, frame.length);
    if (Zstd.isError(size)) {
      throw new ArchiveException("chunk " + number + " is damaged: " + Zstd.getErrorName(size));
    }
    if (ended && in.read() >= 0) {
      throw new ArchiveException("something follows the last chunk");
    }
    return ByteBuffer.wrap(chunk, 0, (int) size);
  }

  private byte[] decrypt(ChunkCipher decryption, byte[] bytes) throws ArchiveException {
    try {
      return decryption.next(bytes, 0, bytes.length, ended);
    } catch (GeneralSecurityException e) {
      throw new ArchiveException(
          number == 1
              ? "it was encrypted with another key, or is damaged at its start"
              : "chunk " + number + " is damaged or not in its place",
          e);
    }
  }
}
