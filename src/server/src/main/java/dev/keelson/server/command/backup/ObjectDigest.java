package dev.keelson.server.command.backup;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Counts and hashes (SHA-256) what passes. */
final class ObjectDigest {
  private final MessageDigest digest;
  private long bytes;

  ObjectDigest() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  void update(byte[] part, int offset, int length) {
    digest.update(part, offset, length);
    bytes += length;
  }

  long bytes() {
    return bytes;
  }

  /** The hash in hexadecimal; the last call. */
  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  OutputStream on(OutputStream out) {
    return new FilterOutputStream(out) {
      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] part, int offset, int length) throws IOException {
        out.write(part, offset, length);
        update(part, offset, length);
      }
    };
  }

  InputStream on(InputStream in) {
    return new FilterInputStream(in) {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] part, int offset, int length) throws IOException {
        int read = super.read(part, offset, length);
        if (read > 0) {
          update(part, offset, read);
        }
        return read;
      }
    };
  }
}
