package dev.keelson.bench.h2;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Turns messages into DATA frames within the peer's flow-control windows (RFC 9113 5.2). While the
 * windows suffice, which is nearly always, a message goes straight to the output; otherwise it
 * waits its turn. The queue is one per connection and in order, so a stream whose own window is
 * closed holds up the ones behind it.
 */
final class SendQueue {
  private static final class Waiting {
    final Call call;
    final byte[] bytes;
    final boolean last;
    int sent;

    Waiting(Call call, byte[] bytes, boolean last) {
      this.call = call;
      this.bytes = bytes;
      this.last = last;
    }
  }

  private final OutBuffer out;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private int connectionWindow = Frames.DEFAULT_WINDOW;

  SendQueue(OutBuffer out) {
    this.out = out;
  }

  void addConnectionWindow(int bytes) {
    connectionWindow += bytes;
  }

  void send(Call call, byte[] message, int offset, int length, boolean last) {
    int total = MessageReader.PREFIX_BYTES + length;
    int room = Math.min(Frames.DEFAULT_MAX_FRAME, Math.min(connectionWindow, call.sendWindow()));
    if (waiting.isEmpty() && total <= room) {
      out.frameHeader(total, Frames.DATA, last ? Frames.END_STREAM : 0, call.streamId());
      out.int8(0);
      out.int32(length);
      out.bytes(message, offset, length);
      connectionWindow -= total;
      call.addSendWindow(-total);
      return;
    }
    byte[] framed = new byte[total];
    for (int i = 0; i < 4; i++) {
      framed[1 + i] = (byte) (length >>> (24 - 8 * i));
    }
    System.arraycopy(message, offset, framed, MessageReader.PREFIX_BYTES, length);
    waiting.add(new Waiting(call, framed, last));
    pump();
  }

  /** Sends what the windows allow; true when anything was sent. */
  boolean pump() {
    boolean any = false;
    for (Waiting w = waiting.peek(); w != null; w = waiting.peek()) {
      int room =
          Math.min(Frames.DEFAULT_MAX_FRAME, Math.min(connectionWindow, w.call.sendWindow()));
      int length = Math.min(room, w.bytes.length - w.sent);
      if (length <= 0) {
        return any;
      }
      boolean end = w.sent + length == w.bytes.length;
      out.frameHeader(
          length, Frames.DATA, end && w.last ? Frames.END_STREAM : 0, w.call.streamId());
      out.bytes(w.bytes, w.sent, length);
      connectionWindow -= length;
      w.call.addSendWindow(-length);
      w.sent += length;
      any = true;
      if (end) {
        waiting.remove();
      }
    }
    return any;
  }

  /** Drops what a call that is over still had to send. */
  void forget(Call call) {
    if (!waiting.isEmpty()) {
      waiting.removeIf(w -> w.call == call);
    }
  }
}
