package dev.keelson.node.peer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A connection as a thread sees it that may block: bytes in, bytes out, each held back when the
 * other end or the thread does not get on. For content by the gigabyte, of which nothing is looked
 * at on the way: no frame of 16 KiB, no message. Memory: what has arrived and was not read yet, up
 * to {@value #AHEAD_BYTES} bytes and one read more, and as much on its way out.
 *
 * <p>The event loop calls the handler's methods, one thread all others.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails shows as an inactive channel
final class ByteLink extends ChannelInboundHandlerAdapter implements AutoCloseable {
  private static final int AHEAD_BYTES = 1 << 20;
  private static final WriteBufferWaterMark UNSENT =
      new WriteBufferWaterMark(AHEAD_BYTES / 2, AHEAD_BYTES);

  /** Notified at each change; the pause only bounds how late a stall is seen. */
  private static final long PAUSE_MILLIS = 1000;

  private final Channel channel;

  /** Where writes begin: what stands behind it, waiting for gRPC, would keep them. */
  private volatile @Nullable ChannelHandlerContext place;

  private final Deque<ByteBuf> arrived = new ArrayDeque<>(); // guarded by this
  private int arrivedBytes; // guarded by this
  private boolean paused; // guarded by this: no more is read from the network
  private boolean ended; // guarded by this: nothing more arrives
  private boolean discarding; // guarded by this: nothing more is wanted
  private @Nullable Throwable failure; // guarded by this

  ByteLink(Channel channel) {
    this.channel = channel;
    channel.config().setWriteBufferWaterMark(UNSENT);
  }

  Channel channel() {
    return channel;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    place = context;
  }

  @Override
  public synchronized void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (discarding || !bytes.isReadable()) {
      bytes.release();
      return;
    }
    arrived.add(bytes);
    arrivedBytes += bytes.readableBytes();
    if (!paused && arrivedBytes >= AHEAD_BYTES) {
      paused = true;
      channel.config().setAutoRead(false);
    }
    notifyAll();
  }

  @Override
  public synchronized void channelWritabilityChanged(ChannelHandlerContext context) {
    notifyAll();
  }

  @Override
  public synchronized void channelInactive(ChannelHandlerContext context) {
    ended = true;
    notifyAll();
    context.fireChannelInactive();
  }

  @Override
  @SuppressWarnings("deprecation") // deprecated in ChannelHandler, not in the inbound interface
  public synchronized void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    failure = failure == null ? cause : failure;
    context.close();
  }

  /**
   * Fills the target.
   *
   * @param patienceMillis how long nothing may arrive
   * @throws IOException if the connection ends before, or nothing arrives for so long
   */
  void read(ByteBuffer target, long patienceMillis) throws IOException, InterruptedException {
    while (target.hasRemaining()) {
      ByteBuf bytes = first(patienceMillis);
      int length = Math.min(bytes.readableBytes(), target.remaining());
      ByteBuffer part = target.slice(target.position(), length);
      bytes.readBytes(part);
      target.position(target.position() + length);
      taken(bytes, length);
    }
  }

  /** The oldest bytes that were not read yet; they stay where they are. */
  private synchronized ByteBuf first(long patienceMillis) throws IOException, InterruptedException {
    long waited = 0;
    while (arrived.isEmpty()) {
      if (ended) {
        throw broken();
      }
      if (waited >= patienceMillis) {
        throw new IOException("nothing came for " + patienceMillis / 1000 + " s");
      }
      wait(PAUSE_MILLIS);
      waited += PAUSE_MILLIS;
    }
    return arrived.getFirst();
  }

  private synchronized void taken(ByteBuf bytes, int length) {
    if (!bytes.isReadable()) {
      arrived.removeFirst().release();
    }
    arrivedBytes -= length;
    if (paused && arrivedBytes < AHEAD_BYTES / 2) {
      paused = false;
      channel.config().setAutoRead(true);
    }
  }

  /** A buffer to fill for {@link #write}. */
  ByteBuf allocate(int bytes) {
    return channel.alloc().directBuffer(bytes, bytes);
  }

  /**
   * Hands bytes over, and the buffer with them. Of an accepted connection, once something was read.
   */
  void write(ByteBuf bytes) {
    ChannelHandlerContext from = place;
    if (from == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    from.writeAndFlush(bytes);
  }

  /**
   * Waits until it is worth writing more.
   *
   * @param patienceMillis how long the other end may take nothing
   * @return false if the other end has said something, or nothing more will come from it
   * @throws IOException if it takes nothing for so long
   */
  synchronized boolean awaitWritable(long patienceMillis) throws IOException, InterruptedException {
    long waited = 0;
    while (!ended && arrived.isEmpty() && !channel.isWritable()) {
      if (waited >= patienceMillis) {
        throw new IOException("the receiver does not get on");
      }
      wait(PAUSE_MILLIS);
      waited += PAUSE_MILLIS;
    }
    return !ended && arrived.isEmpty();
  }

  /** Lets the other end read what was written and close: closing first could take it from it. */
  void awaitEnd(long patienceMillis) throws InterruptedException {
    discard();
    synchronized (this) {
      for (long waited = 0; !ended && waited < patienceMillis; waited += PAUSE_MILLIS) {
        wait(PAUSE_MILLIS);
      }
    }
  }

  private synchronized void discard() {
    discarding = true;
    arrived.forEach(ByteBuf::release);
    arrived.clear();
    channel.config().setAutoRead(true);
  }

  private IOException broken() {
    return failure == null
        ? new IOException("the connection ended")
        : new IOException("the connection broke: " + failure, failure);
  }

  @Override
  public void close() {
    discard();
    channel.close();
  }
}
