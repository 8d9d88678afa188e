package dev.keelson.server.rpc;

import dev.keelson.node.api.LargeMessage;
import io.grpc.KnownLength;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What one call sends: messages at once where that is possible, else in pieces that wait, and one
 * that is too large to wait in memory as it is read. {@link #send} and {@link #isReady} are for any
 * thread, the rest for the event loop.
 */
final class Output {
  /** So much waiting to be written, and the call is not ready; as in grpc-java. */
  private static final int READY_BYTES_USUAL = 32 << 10;

  /** Told what becomes of the output; on the event loop. */
  interface Owner {
    /** There is room for more. */
    void ready();

    /** A message of that many bytes is on its way. Any thread. */
    void sent(int bytes);

    /** The trailers are written. */
    void ended();

    /** What was begun cannot be sent to its end. */
    void broken(Throwable why);
  }

  private final int id;
  private final Egress egress;
  private final SendQueue queue;
  private final Owner owner;
  private final AtomicInteger queuedBytes = new AtomicInteger();
  private @Nullable LargeSend large;
  private @Nullable Runnable afterLarge;
  private boolean closed;
  private volatile int readyBytes = READY_BYTES_USUAL;

  Output(int id, int window, Egress egress, Owner owner) {
    this.id = id;
    this.egress = egress;
    this.owner = owner;
    this.queue = new SendQueue(egress, this, id, window);
  }

  SendQueue queue() {
    return queue;
  }

  boolean isReady() {
    return queuedBytes.get() < readyBytes;
  }

  /**
   * How much may wait to be written before the call is not ready. If it is much, the owner is told
   * that there is room when half of it is free, not at each message. Any thread.
   */
  void readyBytes(int bytes) {
    readyBytes = bytes;
  }

  /** Sends a message; nothing but its end may follow a large one. */
  void send(InputStream message) throws IOException {
    if (message instanceof LargeMessage whole) {
      owner.sent(whole.available());
      egress.onLoop(() -> begin(whole));
      return;
    }
    int size = message instanceof KnownLength ? message.available() : -1;
    int framed = FramedMessage.PREFIX_BYTES + size;
    if (size >= 0 && egress.inLoop() && queue.admits(framed)) {
      ByteBuf out = egress.out().room(Frames.HEADER_BYTES + framed);
      Frames.header(out, framed, Frames.DATA, 0, id);
      out.writeByte(0).writeInt(size);
      FramedMessage.copy(message, new ByteBufOutputStream(out));
      owner.sent(size);
      queue.spend(framed);
      egress.flushSoon();
      return;
    }
    List<ByteBuf> pieces = FramedMessage.of(message, size, egress.allocator());
    int bytes = sum(pieces);
    owner.sent(bytes - FramedMessage.PREFIX_BYTES);
    queuedBytes.addAndGet(bytes);
    egress.onLoop(() -> add(pieces));
  }

  private static int sum(List<ByteBuf> pieces) {
    int bytes = 0;
    for (ByteBuf piece : pieces) {
      bytes += piece.readableBytes();
    }
    return bytes;
  }

  private void add(List<ByteBuf> pieces) {
    if (closed) {
      pieces.forEach(ByteBuf::release);
    } else {
      queue.add(pieces);
      queue.drain();
      egress.flushSoon();
    }
  }

  private void begin(LargeMessage message) {
    LargeSend begun =
        new LargeSend(
            message,
            egress,
            new LargeSend.Target() {
              @Override
              public void part(List<ByteBuf> pieces, boolean last) {
                queuedBytes.addAndGet(sum(pieces));
                add(pieces);
                if (last) {
                  endOfLarge();
                } else if (isReady()) {
                  readOn();
                }
              }

              @Override
              public void failed(Throwable why) {
                owner.broken(why);
              }
            });
    if (closed) {
      begun.cancel();
    } else {
      large = begun;
      begun.more();
    }
  }

  private void readOn() {
    if (large != null) {
      large.more();
    }
  }

  private void endOfLarge() {
    large = null;
    Runnable next = afterLarge;
    afterLarge = null;
    if (next != null) {
      next.run();
    }
  }

  /** Runs when all messages are in the queue: now, unless a large one is being read. */
  void afterMessages(Runnable next) {
    if (large == null) {
      next.run();
    } else {
      afterLarge = next;
    }
  }

  /** Ends the stream with a header block; takes ownership. */
  void end(ByteBuf block) {
    queue.end(block);
    queue.drain();
    egress.flushSoon();
  }

  /** Bytes of the queue went to the connection's buffer. */
  void written(int bytes) {
    int before = queuedBytes.getAndAdd(-bytes);
    int low = Math.max(readyBytes / 2, Math.min(readyBytes, READY_BYTES_USUAL));
    if (before >= low && before - bytes < low) {
      // whoever is told may write again: not from within a write
      egress.onLoopLater(
          () -> {
            readOn();
            owner.ready();
          });
    }
  }

  /** The trailers are written: the call is over. */
  void ended() {
    owner.ended();
  }

  void close() {
    closed = true;
    afterLarge = null;
    if (large != null) {
      large.cancel();
      large = null;
    }
    queue.close();
  }
}
