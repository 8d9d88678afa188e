package dev.keelson.node.api;

import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.txn.KeyValues;
import dev.keelson.kv.txn.LargeRange;
import dev.keelson.kv.txn.OpResult.RangeResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A {@code RangeResponse} of any size in the memory of a piece: its rows are read once to be
 * measured, because a message begins with its length, and again when they are sent.
 */
final class LargeRangeAnswer implements Encoded {
  private final LargeRange range;
  private final Executor reader;
  private final byte[] head;
  private final byte[] tail;
  private final int sizeBytes;

  /**
   * Measures; from here on the range is closed by whoever reads {@link #stream}, or {@link
   * #discard}.
   *
   * @param reader where the rows are read when they are sent
   * @throws KvException if it is larger than a message can be
   */
  LargeRangeAnswer(Headers headers, LargeRange range, Executor reader) throws KvException {
    this.range = range;
    this.reader = reader;
    long size = 0;
    for (KeyValues piece = range.next(); piece.size() > 0; piece = range.next()) {
      size += KvResponses.rows(piece).sizeBytes();
    }
    RangeResult rest = range.rest();
    range.rewind();
    head = KvResponses.rangeHead(headers, rest).toByteArray();
    tail = KvResponses.rangeTail(rest).toByteArray();
    size += head.length + tail.length;
    if (size > Integer.MAX_VALUE) {
      throw new KvException(KvError.ANSWER_TOO_LARGE);
    }
    sizeBytes = (int) size;
  }

  @Override
  public void discard() {
    range.close();
  }

  @Override
  public int sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    try (InputStream in = stream()) {
      in.transferTo(out);
    }
  }

  @Override
  public InputStream stream() {
    return new Rows();
  }

  private final class Rows extends LargeMessage {
    private byte[] piece = head;
    private int at;
    private int left = sizeBytes;
    private boolean tailBegun;
    private boolean closed;

    @Override
    public int available() {
      return left;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, target.length);
      if (closed) {
        throw new IOException("closed");
      }
      if (length == 0) {
        return 0;
      }
      while (at == piece.length) {
        byte @Nullable [] next = nextPiece();
        if (next == null) {
          return -1;
        }
        piece = next;
        at = 0;
      }
      int now = Math.min(length, piece.length - at);
      System.arraycopy(piece, at, target, offset, now);
      at += now;
      left -= now;
      return now;
    }

    private byte @Nullable [] nextPiece() {
      if (tailBegun) {
        return null;
      }
      KeyValues rows = range.next();
      if (rows.size() > 0) {
        return KvResponses.rows(rows).toByteArray();
      }
      tailBegun = true;
      return tail;
    }

    @Override
    public Executor reader() {
      return reader;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        range.close();
      }
    }
  }
}
