package dev.keelson.kv.mvcc;

import com.google.protobuf.ByteString;
import java.util.Arrays;

/**
 * A stored change: where it stands, what it replaced, and the {@code mvccpb.KeyValue} ready to be
 * spliced into a response.
 *
 * <pre>
 * +------------+------------------+-----------------+----------------------------+
 * | sub varint | prev main varint | prev sub varint | mvccpb.KeyValue (protobuf) |
 * +------------+------------------+-----------------+----------------------------+
 * </pre>
 *
 * The KeyValue of a put carries all fields; that of a deletion only the key, as in etcd's {@code
 * key} bucket. The same bytes are stored under the user key (family {@code current}) and under the
 * revision (family {@code events}).
 */
public final class Row {
  private final byte[] bytes;
  private final int keyValueOffset;
  private final long sub;
  private final long previousMain;
  private final long previousSub;
  private long createRevision;
  private long modRevision;
  private long version;
  private long lease;
  private int keyOffset;
  private int keyLength;
  private int valueOffset;
  private int valueLength;

  private Row(byte[] bytes, Wire.Input in) {
    this.bytes = bytes;
    this.sub = in.varint();
    this.previousMain = in.varint();
    this.previousSub = in.varint();
    this.keyValueOffset = in.position();
    this.valueOffset = bytes.length;
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag) {
        case Wire.KV_KEY -> {
          keyLength = in.length();
          keyOffset = in.skip(keyLength);
        }
        case Wire.KV_CREATE -> createRevision = in.varint();
        case Wire.KV_MOD -> modRevision = in.varint();
        case Wire.KV_VERSION -> version = in.varint();
        case Wire.KV_VALUE -> {
          valueLength = in.length();
          valueOffset = in.skip(valueLength);
        }
        case Wire.KV_LEASE -> lease = in.varint();
        default -> throw new IllegalStateException("row holds an unknown field tag " + tag);
      }
    }
  }

  /** Parses a stored row; the array is kept, not copied. */
  public static Row parse(byte[] bytes) {
    return new Row(bytes, new Wire.Input(bytes, 0));
  }

  /** Where the KeyValue starts in a stored row, without parsing the rest. */
  static int keyValueOffset(byte[] stored) {
    int at = 0;
    for (int field = 0; field < 3; field++) {
      while (stored[at++] < 0) {
        // the high bit of a varint byte says that another follows
      }
    }
    return at;
  }

  /** Encodes the row of a put. */
  static byte[] encodePut(
      long sub,
      Revision previous,
      byte[] key,
      long createRevision,
      long modRevision,
      long version,
      ByteString value,
      long lease) {
    int valueLength = value.size();
    int size =
        prefixSize(sub, previous)
            + Wire.bytesFieldSize(key.length)
            + Wire.int64FieldSize(createRevision)
            + Wire.int64FieldSize(modRevision)
            + Wire.int64FieldSize(version)
            + (valueLength == 0 ? 0 : Wire.bytesFieldSize(valueLength))
            + Wire.int64FieldSize(lease);
    Wire.Output out = new Wire.Output(size);
    prefix(out, sub, previous);
    out.bytesField(Wire.KV_KEY, key);
    out.int64Field(Wire.KV_CREATE, createRevision);
    out.int64Field(Wire.KV_MOD, modRevision);
    out.int64Field(Wire.KV_VERSION, version);
    if (valueLength != 0) {
      out.bytesField(Wire.KV_VALUE, value);
    }
    out.int64Field(Wire.KV_LEASE, lease);
    return out.finished();
  }

  /** Encodes the row of a deletion. */
  static byte[] encodeDeletion(long sub, Revision previous, byte[] key) {
    Wire.Output out = new Wire.Output(prefixSize(sub, previous) + Wire.bytesFieldSize(key.length));
    prefix(out, sub, previous);
    out.bytesField(Wire.KV_KEY, key);
    return out.finished();
  }

  private static int prefixSize(long sub, Revision previous) {
    return Wire.varintSize(sub)
        + Wire.varintSize(previous.main())
        + Wire.varintSize(previous.sub());
  }

  private static void prefix(Wire.Output out, long sub, Revision previous) {
    out.varint(sub);
    out.varint(previous.main());
    out.varint(previous.sub());
  }

  /** The stored bytes; not to be modified. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where the encoded KeyValue starts in {@link #bytes}; it reaches to the end. */
  public int keyValueOffset() {
    return keyValueOffset;
  }

  /** The encoded KeyValue alone. */
  public byte[] keyValue() {
    return Arrays.copyOfRange(bytes, keyValueOffset, bytes.length);
  }

  public long sub() {
    return sub;
  }

  /** Where the row that this one replaced is; {@link Revision#NONE} if there was none. */
  public Revision previous() {
    return previousMain == 0 ? Revision.NONE : new Revision(previousMain, previousSub);
  }

  /** Whether this is the row of a deletion. */
  public boolean isDeletion() {
    return createRevision == 0;
  }

  /** Whether the key existed before this change. */
  public boolean hasPrevious() {
    return previousMain != 0;
  }

  public byte[] key() {
    return Arrays.copyOfRange(bytes, keyOffset, keyOffset + keyLength);
  }

  public long createRevision() {
    return createRevision;
  }

  public long modRevision() {
    return modRevision;
  }

  public long version() {
    return version;
  }

  public long lease() {
    return lease;
  }

  public ByteString value() {
    return ByteString.copyFrom(bytes, valueOffset, valueLength);
  }

  /** Compares the values as unsigned bytes. */
  public int compareValue(Row other) {
    return Arrays.compareUnsigned(
        bytes,
        valueOffset,
        valueOffset + valueLength,
        other.bytes,
        other.valueOffset,
        other.valueOffset + other.valueLength);
  }

  /** Compares the value with {@code other} as unsigned bytes. */
  public int compareValue(byte[] other) {
    return Arrays.compareUnsigned(
        bytes, valueOffset, valueOffset + valueLength, other, 0, other.length);
  }

  /** The KeyValue without its value, as {@code keys_only} answers it. */
  public byte[] keyValueWithoutValue() {
    Wire.Output out =
        new Wire.Output(
            Wire.bytesFieldSize(keyLength)
                + Wire.int64FieldSize(createRevision)
                + Wire.int64FieldSize(modRevision)
                + Wire.int64FieldSize(version)
                + Wire.int64FieldSize(lease));
    out.bytesField(Wire.KV_KEY, bytes, keyOffset, keyLength);
    out.int64Field(Wire.KV_CREATE, createRevision);
    out.int64Field(Wire.KV_MOD, modRevision);
    out.int64Field(Wire.KV_VERSION, version);
    out.int64Field(Wire.KV_LEASE, lease);
    return out.finished();
  }

  /** The KeyValue of a deletion event: key and mod_revision only. */
  static byte[] deletionKeyValue(byte[] key, long modRevision) {
    Wire.Output out =
        new Wire.Output(Wire.bytesFieldSize(key.length) + Wire.int64FieldSize(modRevision));
    out.bytesField(Wire.KV_KEY, key);
    out.int64Field(Wire.KV_MOD, modRevision);
    return out.finished();
  }
}
