package dev.keelson.bench.h2;

import java.util.Arrays;

/**
 * Cuts the DATA payloads of one call into gRPC messages (one flag byte, four length bytes, the
 * message). A message that lies within one frame is handed on in place, others are gathered.
 */
final class MessageReader {
  /** Bytes before each message. */
  static final int PREFIX_BYTES = 5;

  private static final int MAX_MESSAGE = 256 * 1024 * 1024;

  private byte[] gathered = new byte[0];
  private int have;
  private int want;
  private boolean inMessage;
  private int toDrop;

  void reset() {
    have = 0;
    inMessage = false;
    toDrop = 0;
  }

  /** Whether the last message was complete. */
  boolean atBoundary() {
    return !inMessage && have == 0 && toDrop == 0;
  }

  /**
   * Takes the next bytes of the stream.
   *
   * @throws IllegalArgumentException for a compressed message, which was not asked for, and for one
   *     above 256 MiB, unless the listener takes it
   */
  void accept(Call call, byte[] buffer, int offset, int length) {
    int at = offset;
    int end = offset + length;
    while (at < end) {
      if (toDrop > 0) {
        at += drop(call, end - at);
        continue;
      }
      if (have == 0 && !inMessage && end - at >= PREFIX_BYTES) {
        int size = size(buffer, at);
        if (size <= MAX_MESSAGE && end - at - PREFIX_BYTES >= size) {
          call.listener().onMessage(call, buffer, at + PREFIX_BYTES, size);
          at += PREFIX_BYTES + size;
          continue;
        }
      }
      at += gather(call, buffer, at, end - at);
    }
  }

  private int drop(Call call, int available) {
    int taken = Math.min(available, toDrop);
    toDrop -= taken;
    if (toDrop == 0) {
      call.listener().onHugeMessage(call, want);
    }
    return taken;
  }

  private int gather(Call call, byte[] buffer, int at, int available) {
    int target = inMessage ? want : PREFIX_BYTES;
    if (gathered.length < target) {
      gathered = Arrays.copyOf(gathered, target);
    }
    int taken = Math.min(available, target - have);
    System.arraycopy(buffer, at, gathered, have, taken);
    have += taken;
    if (have == target && !inMessage) {
      want = size(gathered, 0);
      have = 0;
      if (want > MAX_MESSAGE) {
        toDrop = want;
        return taken;
      }
      inMessage = true;
    }
    if (inMessage && have == want) {
      inMessage = false;
      have = 0;
      call.listener().onMessage(call, gathered, 0, want);
    }
    return taken;
  }

  private static int size(byte[] b, int at) {
    if (b[at] != 0) {
      throw new IllegalArgumentException("compressed gRPC message");
    }
    int size =
        (b[at + 1] & 0xff) << 24
            | (b[at + 2] & 0xff) << 16
            | (b[at + 3] & 0xff) << 8
            | (b[at + 4] & 0xff);
    if (size < 0) {
      throw new IllegalArgumentException("gRPC message of " + (size & 0xffffffffL) + " bytes");
    }
    return size;
  }
}
