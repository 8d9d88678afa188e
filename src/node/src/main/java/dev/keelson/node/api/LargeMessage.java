package dev.keelson.node.api;

import io.grpc.KnownLength;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Executor;

/**
 * A message that is too large to be held in memory: whoever sends it reads on while the receiver
 * takes it, by one thread at a time, and closes it in the end.
 */
public abstract class LargeMessage extends InputStream implements KnownLength {
  /** Bytes that are left; exact. */
  @Override
  public abstract int available();

  @Override
  public abstract int read(byte[] target, int offset, int length) throws IOException;

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  /** Where it may be read and closed: both may wait for the disk. */
  public abstract Executor reader();

  @Override
  public abstract void close();
}
