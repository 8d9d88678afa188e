package dev.keelson.server.rpc;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sending side of one stream: its flow-control window, and what waits for that window, for the
 * connection's, or for the socket. Most calls never have anything waiting. Event loop only.
 */
final class SendQueue {
  /** Less than this is copied next to its neighbours: cheaper than one more buffer to write. */
  private static final int COPIED_BYTES_MAX = 4 << 10;

  private final Egress egress;
  private final Output output;
  private final int id;
  private @Nullable ArrayDeque<ByteBuf> waiting;
  private @Nullable ByteBuf trailers;
  private int window;

  SendQueue(Egress egress, Output output, int id, int window) {
    this.egress = egress;
    this.output = output;
    this.id = id;
    this.window = window;
  }

  /** Whether nothing waits, so that what comes now may be written at once. */
  boolean idle() {
    return (waiting == null || waiting.isEmpty()) && trailers == null;
  }

  /** Whether that many bytes may be written at once, as one frame. */
  boolean admits(int bytes) {
    return idle()
        && bytes <= window
        && bytes <= Frames.MAX_PAYLOAD
        && bytes <= egress.window()
        && egress.writable();
  }

  /** Counts bytes that were written at once. */
  void spend(int bytes) {
    window -= bytes;
    egress.spend(bytes);
  }

  /**
   * The peer allows more, or with a negative number less.
   *
   * @return whether the window is one that HTTP/2 allows
   */
  boolean widen(int increment) {
    long wider = (long) window + increment;
    window = (int) wider;
    return wider <= Integer.MAX_VALUE;
  }

  /** Adds the pieces of a {@link FramedMessage}; takes ownership. */
  void add(List<ByteBuf> pieces) {
    if (waiting == null) {
      waiting = new ArrayDeque<>();
    }
    waiting.addAll(pieces);
  }

  /** Adds the header block that ends the stream; takes ownership. */
  void end(ByteBuf block) {
    trailers = block;
  }

  /** Writes what may be written; puts itself in line if the connection holds it back. */
  void drain() {
    while (waiting != null && !waiting.isEmpty()) {
      ByteBuf front = waiting.getFirst();
      int allowed = Math.min(Math.min(window, egress.window()), Frames.MAX_PAYLOAD);
      if (allowed <= 0 || !egress.writable()) {
        if (window > 0) {
          egress.waitInLine(this);
        }
        return;
      }
      int bytes = Math.min(front.readableBytes(), allowed);
      if (bytes == front.readableBytes() && bytes >= COPIED_BYTES_MAX) {
        egress.out().add(withHeader(waiting.removeFirst()));
      } else {
        ByteBuf out = egress.out().room(Frames.HEADER_BYTES + bytes);
        Frames.header(out, bytes, Frames.DATA, 0, id);
        out.writeBytes(front, bytes);
        if (!front.isReadable()) {
          waiting.removeFirst().release();
        }
      }
      spend(bytes);
      output.written(bytes);
    }
    ByteBuf block = trailers;
    if (block != null) {
      trailers = null;
      writeTrailers(block);
    }
  }

  /** The frame whose payload a piece is; the header goes into the room before it. */
  private ByteBuf withHeader(ByteBuf piece) {
    int bytes = piece.readableBytes();
    int end = piece.writerIndex();
    int start = piece.readerIndex() - Frames.HEADER_BYTES;
    piece.setIndex(start, start);
    Frames.header(piece, bytes, Frames.DATA, 0, id);
    return piece.writerIndex(end);
  }

  private void writeTrailers(ByteBuf block) {
    try {
      egress.headers(id, block, true);
    } finally {
      block.release();
    }
    output.ended();
  }

  void close() {
    if (waiting != null) {
      waiting.forEach(ByteBuf::release);
      waiting.clear();
      egress.leaveLine(this);
    }
    if (trailers != null) {
      trailers.release();
      trailers = null;
    }
  }
}
