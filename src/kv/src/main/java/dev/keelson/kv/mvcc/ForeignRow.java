package dev.keelson.kv.mvcc;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;

/**
 * An encoded {@code mvccpb.KeyValue} of another program, read where it lies: the generated class
 * would cost several objects and a copy of the value for each of the millions of rows of a file.
 */
public final class ForeignRow {
  private static final byte[] NONE = {};

  private final byte[] encoded;
  private byte[] key = NONE;
  private long createRevision;
  private long modRevision;
  private long version;
  private long lease;
  private int valueOffset;
  private int valueLength;

  private ForeignRow(byte[] encoded) {
    this.encoded = encoded;
  }

  /**
   * Decodes.
   *
   * @param encoded is kept, not copied
   * @throws IllegalArgumentException if it is no KeyValue, or has fields that are not known
   */
  static ForeignRow parse(byte[] encoded) {
    ForeignRow row = new ForeignRow(encoded);
    CodedInputStream in = CodedInputStream.newInstance(encoded);
    try {
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        row.read(tag, in);
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("it is not a KeyValue: " + e.getMessage(), e);
    }
    return row;
  }

  private void read(int tag, CodedInputStream in) throws IOException {
    switch (tag) {
      case Wire.KV_KEY -> key = in.readByteArray();
      case Wire.KV_CREATE -> createRevision = in.readInt64();
      case Wire.KV_MOD -> modRevision = in.readInt64();
      case Wire.KV_VERSION -> version = in.readInt64();
      case Wire.KV_VALUE -> {
        valueLength = in.readRawVarint32();
        valueOffset = in.getTotalBytesRead();
        in.skipRawBytes(valueLength);
      }
      case Wire.KV_LEASE -> lease = in.readInt64();
      default ->
          throw new IllegalArgumentException("it has fields that this version does not know");
    }
  }

  /** The key; the array is not to be modified. */
  byte[] key() {
    return key;
  }

  long createRevision() {
    return createRevision;
  }

  long modRevision() {
    return modRevision;
  }

  /** How often the key has been put since it was created. */
  public long version() {
    return version;
  }

  /** The value, which shares the encoded bytes. */
  ByteString value() {
    return UnsafeByteOperations.unsafeWrap(encoded, valueOffset, valueLength);
  }

  long lease() {
    return lease;
  }
}
