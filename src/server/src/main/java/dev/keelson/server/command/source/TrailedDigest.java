package dev.keelson.server.command.source;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** Checks a stream that ends with the SHA-256 of all before, without knowing its length. */
final class TrailedDigest {
  private static final int DIGEST_BYTES = 32;

  private final MessageDigest digest;
  private final byte[] tail = new byte[DIGEST_BYTES];
  private int held;

  TrailedDigest() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Takes the next bytes; the last 32 so far are held back. */
  void update(ByteBuffer bytes) {
    int fresh = Math.min(DIGEST_BYTES, bytes.remaining());
    int pushedOut = Math.max(0, held + fresh - DIGEST_BYTES);
    digest.update(tail, 0, pushedOut);
    System.arraycopy(tail, pushedOut, tail, 0, held - pushedOut);
    held -= pushedOut;
    ByteBuffer older = bytes.duplicate();
    older.limit(bytes.limit() - fresh);
    digest.update(older);
    bytes.position(bytes.limit() - fresh);
    bytes.get(tail, held, fresh);
    held += fresh;
  }

  /** Whether the last 32 bytes are the digest of those before; the last call. */
  boolean matches() {
    return held == DIGEST_BYTES && Arrays.equals(tail, digest.digest());
  }
}
