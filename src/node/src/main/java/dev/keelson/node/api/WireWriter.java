package dev.keelson.node.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Assembles a protobuf message from small fields, written here, and large pieces, referenced where
 * they are: a range of a thousand rows costs no copy before the socket's.
 */
final class WireWriter implements Encoded {
  private static final int LENGTH_DELIMITED = 2;

  private byte[] small = new byte[48];
  private int smallSize;
  private @Nullable List<Piece> pieces;
  private int piecesSize;

  /** {@code small} up to {@code smallEnd} goes before these bytes. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Piece(int smallEnd, byte[] buffer, int offset) {}

  WireWriter int64(int field, long value) {
    if (value != 0) {
      varint((long) field << 3);
      varint(value);
    }
    return this;
  }

  WireWriter bool(int field, boolean value) {
    return int64(field, value ? 1 : 0);
  }

  /** A message field whose encoded form is the tail of an array. */
  WireWriter message(int field, byte[] buffer, int offset) {
    int length = buffer.length - offset;
    varint((long) field << 3 | LENGTH_DELIMITED);
    varint(length);
    if (length < 64) {
      ensure(length);
      System.arraycopy(buffer, offset, small, smallSize, length);
      smallSize += length;
    } else {
      pieces().add(new Piece(smallSize, buffer, offset));
      piecesSize = Math.addExact(piecesSize, length);
    }
    return this;
  }

  /** A message field. */
  WireWriter message(int field, WireWriter message) {
    varint((long) field << 3 | LENGTH_DELIMITED);
    varint(message.sizeBytes());
    int done = 0;
    if (message.pieces != null) {
      for (Piece piece : message.pieces) {
        append(message.small, done, piece.smallEnd());
        done = piece.smallEnd();
        pieces().add(new Piece(smallSize, piece.buffer(), piece.offset()));
        piecesSize = Math.addExact(piecesSize, piece.buffer().length - piece.offset());
      }
    }
    append(message.small, done, message.smallSize);
    return this;
  }

  private void append(byte[] source, int from, int to) {
    ensure(to - from);
    System.arraycopy(source, from, small, smallSize, to - from);
    smallSize += to - from;
  }

  private List<Piece> pieces() {
    if (pieces == null) {
      pieces = new ArrayList<>();
    }
    return pieces;
  }

  private void varint(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      small[smallSize++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    small[smallSize++] = (byte) rest;
  }

  private void ensure(int more) {
    if (small.length - smallSize < more) {
      small = Arrays.copyOf(small, Math.max(small.length * 2, smallSize + more));
    }
  }

  @Override
  public int sizeBytes() {
    return Math.addExact(smallSize, piecesSize);
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    int done = 0;
    if (pieces != null) {
      for (Piece piece : pieces) {
        out.write(small, done, piece.smallEnd() - done);
        done = piece.smallEnd();
        out.write(piece.buffer(), piece.offset(), piece.buffer().length - piece.offset());
      }
    }
    out.write(small, done, smallSize - done);
  }

  byte[] toByteArray() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(sizeBytes());
    try {
      writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // from memory to memory
    }
    return out.toByteArray();
  }
}
