package dev.keelson.raft.confchange;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of a {@link ConfChange} in a log entry: the protobuf encoding of {@code
 * raftpb.ConfChange} and {@code raftpb.ConfChangeV2}, with every scalar written, as etcd up to 3.6
 * does. Written by hand because this module depends on nothing; four fields do not need a library.
 *
 * <pre>
 * ConfChange        1 id   2 type   3 node_id   4 context
 * ConfChangeV2      1 transition    2 changes*  3 context
 * ConfChangeSingle  1 type          2 node_id
 * </pre>
 *
 * No bytes at all are the V2 change that leaves a joint configuration.
 */
public final class ConfChangeCodec {
  private static final int VARINT = 0;
  private static final int LENGTH_DELIMITED = 2;

  private ConfChangeCodec() {}

  /** The payload of the entry that carries {@code change}. */
  public static byte[] encode(ConfChange change) {
    if (change.leavesJoint() && change.context().length == 0) {
      return new byte[0];
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(32 + change.context().length);
    int contextField =
        switch (change) {
          case ConfChange.V1(long id, ConfChange.Type type, long nodeId, byte[] _) -> {
            scalar(out, 1, id);
            scalar(out, 2, type.wireValue());
            scalar(out, 3, nodeId);
            yield 4;
          }
          case ConfChange.V2(
                  ConfChange.Transition how,
                  List<ConfChange.Single> steps,
                  byte[] _) -> {
            scalar(out, 1, how.wireValue());
            for (ConfChange.Single step : steps) {
              ByteArrayOutputStream nested = new ByteArrayOutputStream(16);
              scalar(nested, 1, step.type().wireValue());
              scalar(nested, 2, step.nodeId());
              bytes(out, 2, nested.toByteArray());
            }
            yield 3;
          }
        };
    if (change.context().length > 0) {
      bytes(out, contextField, change.context());
    }
    return out.toByteArray();
  }

  private static void scalar(ByteArrayOutputStream out, int field, long value) {
    varint(out, (field << 3) | VARINT);
    varint(out, value);
  }

  private static void bytes(ByteArrayOutputStream out, int field, byte[] value) {
    varint(out, (field << 3) | LENGTH_DELIMITED);
    varint(out, value.length);
    out.writeBytes(value);
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /** Reads the payload of a {@code CONF_CHANGE} entry. */
  public static ConfChange decodeV1(byte[] data) throws ConfChangeException {
    long id = 0;
    long type = 0;
    long nodeId = 0;
    byte[] context = {};
    Reader in = new Reader(data);
    while (in.next()) {
      switch (in.field) {
        case 1 -> id = in.number;
        case 2 -> type = in.number;
        case 3 -> nodeId = in.number;
        case 4 -> context = in.payload;
        default -> {}
      }
    }
    return new ConfChange.V1(id, type(type), nodeId, context);
  }

  /** Reads the payload of a {@code CONF_CHANGE_V2} entry. */
  public static ConfChange decodeV2(byte[] data) throws ConfChangeException {
    long transition = 0;
    List<ConfChange.Single> changes = new ArrayList<>();
    byte[] context = {};
    Reader in = new Reader(data);
    while (in.next()) {
      switch (in.field) {
        case 1 -> transition = in.number;
        case 2 -> changes.add(decodeSingle(in.payload));
        case 3 -> context = in.payload;
        default -> {}
      }
    }
    return new ConfChange.V2(transition(transition), changes, context);
  }

  private static ConfChange.Transition transition(long value) throws ConfChangeException {
    for (ConfChange.Transition transition : ConfChange.Transition.values()) {
      if (transition.wireValue() == value) {
        return transition;
      }
    }
    throw new ConfChangeException("unknown transition " + value);
  }

  private static ConfChange.Single decodeSingle(byte[] data) throws ConfChangeException {
    long type = 0;
    long nodeId = 0;
    Reader in = new Reader(data);
    while (in.next()) {
      switch (in.field) {
        case 1 -> type = in.number;
        case 2 -> nodeId = in.number;
        default -> {}
      }
    }
    return new ConfChange.Single(type(type), nodeId);
  }

  private static ConfChange.Type type(long value) throws ConfChangeException {
    for (ConfChange.Type type : ConfChange.Type.values()) {
      if (type.wireValue() == value) {
        return type;
      }
    }
    throw new ConfChangeException("unknown change type " + value);
  }

  /** Walks over the fields of one message; stops with an exception on anything cut or foreign. */
  private static final class Reader {
    private final byte[] data;
    private int position;
    private int field;
    private long number;
    private byte[] payload = {};

    private Reader(byte[] data) {
      this.data = data;
    }

    private boolean next() throws ConfChangeException {
      if (position == data.length) {
        return false;
      }
      long tag = varint();
      field = (int) (tag >>> 3);
      number = 0;
      payload = new byte[0];
      switch ((int) (tag & 7)) {
        case VARINT -> number = varint();
        case LENGTH_DELIMITED -> {
          long length = varint();
          if (length < 0 || length > data.length - position) {
            throw new ConfChangeException(
                "field " + field + " claims " + length + " bytes of " + data.length);
          }
          payload = Arrays.copyOfRange(data, position, position + (int) length);
          position += (int) length;
        }
        default -> throw new ConfChangeException("field " + field + " of unknown wire type");
      }
      return true;
    }

    private long varint() throws ConfChangeException {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        if (position == data.length) {
          throw new ConfChangeException("cut off after " + data.length + " bytes");
        }
        byte b = data[position++];
        value |= (long) (b & 0x7F) << shift;
        if (b >= 0) {
          return value;
        }
      }
      throw new ConfChangeException("number of more than 64 bits at byte " + position);
    }
  }
}
