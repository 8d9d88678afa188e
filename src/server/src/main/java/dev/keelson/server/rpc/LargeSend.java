package dev.keelson.server.rpc;

import dev.keelson.node.api.LargeMessage;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Sends a message that is too large to be held: it is read on, where it may be read, whenever the
 * client has taken most of what was read before. Event loop only, but for the reading.
 */
final class LargeSend {
  /** What one turn reads. */
  private static final int PART_BYTES = 256 << 10;

  /** Takes parts, on the event loop. */
  interface Target {
    /** The next pieces; the callee's to release. */
    void part(List<ByteBuf> pieces, boolean last);

    /** No more parts come. */
    void failed(Throwable why);
  }

  private final LargeMessage message;
  private final Egress egress;
  private final Target target;
  private int left;
  private boolean begun;
  private boolean reading;
  private boolean cancelled;

  LargeSend(LargeMessage message, Egress egress, Target target) {
    this.message = message;
    this.egress = egress;
    this.target = target;
    this.left = message.available();
  }

  /** Reads the next part, unless one is being read. */
  void more() {
    if (reading || cancelled || (begun && left == 0)) {
      return;
    }
    reading = true;
    int bytes = Math.min(left, PART_BYTES);
    int announced = begun ? -1 : left;
    begun = true;
    left -= bytes;
    boolean last = left == 0;
    try {
      message.reader().execute(() -> read(bytes, announced, last));
    } catch (RejectedExecutionException e) {
      reading = false;
      cancelled = true;
      message.close();
      target.failed(e);
    }
  }

  private void read(int bytes, int announced, boolean last) {
    List<ByteBuf> pieces = null;
    Throwable failure = null;
    try {
      pieces = FramedMessage.part(message, bytes, announced, egress.allocator());
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      failure = e;
    }
    if (last || failure != null) {
      message.close();
    }
    List<ByteBuf> done = pieces;
    Throwable why = failure;
    egress.onLoopLater(() -> arrived(done, last, why));
  }

  private void arrived(@Nullable List<ByteBuf> pieces, boolean last, @Nullable Throwable failure) {
    reading = false;
    if (cancelled) {
      if (pieces != null) {
        pieces.forEach(ByteBuf::release);
      }
      closeMessage();
    } else if (pieces != null) {
      target.part(pieces, last);
    } else if (failure != null) {
      cancelled = true;
      target.failed(failure);
    }
  }

  /** Nobody wants the rest. */
  void cancel() {
    if (!cancelled) {
      cancelled = true;
      if (!reading) {
        closeMessage();
      }
    }
  }

  private void closeMessage() {
    try {
      message.reader().execute(message::close);
    } catch (RejectedExecutionException e) {
      message.close(); // at the end of the process
    }
  }
}
