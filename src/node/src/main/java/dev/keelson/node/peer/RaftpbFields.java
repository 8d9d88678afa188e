package dev.keelson.node.peer;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.keelson.proto.raftpb.Message;
import dev.keelson.proto.raftpb.MessageType;
import dev.keelson.proto.raftpb.Snapshot;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one {@code raftpb.Message}, between the wire and the core's messages. Written and
 * read by hand, because the generated classes would make an object per message, two per entry, and
 * copy the entries' bytes once more; one instance serves any number of messages.
 *
 * <p>Zero fields are left out when written, as etcd does from 3.7 on; readers of all versions take
 * both.
 */
final class RaftpbFields {
  private static final byte[] NOTHING = {};

  MessageType type = MessageType.MsgHup;
  long to;
  long from;
  long term;
  long logTerm;
  long index;
  List<Entry> entries = List.of();
  long commit;
  @Nullable Snapshot snapshot;
  boolean reject;
  long rejectHint;
  byte[] context = NOTHING;

  void clear() {
    type = MessageType.MsgHup;
    to = 0;
    from = 0;
    term = 0;
    logTerm = 0;
    index = 0;
    entries = List.of();
    commit = 0;
    snapshot = null;
    reject = false;
    rejectHint = 0;
    context = NOTHING;
  }

  /** Encoded size in bytes. */
  int size() {
    int size = CodedOutputStream.computeEnumSize(Message.TYPE_FIELD_NUMBER, type.getNumber());
    size += sizeOf(Message.TO_FIELD_NUMBER, to);
    size += sizeOf(Message.FROM_FIELD_NUMBER, from);
    size += sizeOf(Message.TERM_FIELD_NUMBER, term);
    size += sizeOf(Message.LOGTERM_FIELD_NUMBER, logTerm);
    size += sizeOf(Message.INDEX_FIELD_NUMBER, index);
    for (Entry entry : entries) {
      int length = size(entry);
      size += 1 + CodedOutputStream.computeUInt32SizeNoTag(length) + length;
    }
    size += sizeOf(Message.COMMIT_FIELD_NUMBER, commit);
    if (snapshot != null) {
      size += CodedOutputStream.computeMessageSize(Message.SNAPSHOT_FIELD_NUMBER, snapshot);
    }
    if (reject) {
      size += CodedOutputStream.computeBoolSize(Message.REJECT_FIELD_NUMBER, true);
    }
    size += sizeOf(Message.REJECTHINT_FIELD_NUMBER, rejectHint);
    if (context.length > 0) {
      size += CodedOutputStream.computeByteArraySize(Message.CONTEXT_FIELD_NUMBER, context);
    }
    return size;
  }

  private static int sizeOf(int field, long value) {
    return value == 0 ? 0 : CodedOutputStream.computeUInt64Size(field, value);
  }

  private static int size(Entry entry) {
    int size = 0;
    if (entry.type() != EntryType.NORMAL) {
      size +=
          CodedOutputStream.computeEnumSize(
              dev.keelson.proto.raftpb.Entry.TYPE_FIELD_NUMBER, number(entry.type()));
    }
    size += sizeOf(dev.keelson.proto.raftpb.Entry.TERM_FIELD_NUMBER, entry.term());
    size += sizeOf(dev.keelson.proto.raftpb.Entry.INDEX_FIELD_NUMBER, entry.index());
    if (entry.data().length > 0) {
      size +=
          CodedOutputStream.computeByteArraySize(
              dev.keelson.proto.raftpb.Entry.DATA_FIELD_NUMBER, entry.data());
    }
    return size;
  }

  void write(CodedOutputStream out) throws IOException {
    out.writeEnum(Message.TYPE_FIELD_NUMBER, type.getNumber());
    write(out, Message.TO_FIELD_NUMBER, to);
    write(out, Message.FROM_FIELD_NUMBER, from);
    write(out, Message.TERM_FIELD_NUMBER, term);
    write(out, Message.LOGTERM_FIELD_NUMBER, logTerm);
    write(out, Message.INDEX_FIELD_NUMBER, index);
    for (Entry entry : entries) {
      out.writeTag(Message.ENTRIES_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
      out.writeUInt32NoTag(size(entry));
      write(out, entry);
    }
    write(out, Message.COMMIT_FIELD_NUMBER, commit);
    if (snapshot != null) {
      out.writeMessage(Message.SNAPSHOT_FIELD_NUMBER, snapshot);
    }
    if (reject) {
      out.writeBool(Message.REJECT_FIELD_NUMBER, true);
    }
    write(out, Message.REJECTHINT_FIELD_NUMBER, rejectHint);
    if (context.length > 0) {
      out.writeByteArray(Message.CONTEXT_FIELD_NUMBER, context);
    }
  }

  private static void write(CodedOutputStream out, int field, long value) throws IOException {
    if (value != 0) {
      out.writeUInt64(field, value);
    }
  }

  private static void write(CodedOutputStream out, Entry entry) throws IOException {
    if (entry.type() != EntryType.NORMAL) {
      out.writeEnum(dev.keelson.proto.raftpb.Entry.TYPE_FIELD_NUMBER, number(entry.type()));
    }
    write(out, dev.keelson.proto.raftpb.Entry.TERM_FIELD_NUMBER, entry.term());
    write(out, dev.keelson.proto.raftpb.Entry.INDEX_FIELD_NUMBER, entry.index());
    if (entry.data().length > 0) {
      out.writeByteArray(dev.keelson.proto.raftpb.Entry.DATA_FIELD_NUMBER, entry.data());
    }
  }

  /**
   * Reads up to the end or limit of the input; what it does not know is skipped.
   *
   * @throws IOException if it is no message
   */
  void read(CodedInputStream in) throws IOException {
    clear();
    List<Entry> read = null;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case 1 << 3 -> type = messageType(in.readEnum());
        case 2 << 3 -> to = in.readUInt64();
        case 3 << 3 -> from = in.readUInt64();
        case 4 << 3 -> term = in.readUInt64();
        case 5 << 3 -> logTerm = in.readUInt64();
        case 6 << 3 -> index = in.readUInt64();
        case 7 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
          if (read == null) {
            read = new ArrayList<>();
          }
          int outer = in.pushLimit(in.readRawVarint32());
          read.add(readEntry(in));
          in.popLimit(outer);
        }
        case 8 << 3 -> commit = in.readUInt64();
        case 9 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED ->
            snapshot = Snapshot.parseFrom(in.readByteArray());
        case 10 << 3 -> reject = in.readBool();
        case 11 << 3 -> rejectHint = in.readUInt64();
        case 12 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> context = in.readByteArray();
        default -> skip(in, tag);
      }
    }
    if (read != null) {
      entries = read;
    }
  }

  private static MessageType messageType(int number) throws MalformedMessageException {
    MessageType known = MessageType.forNumber(number);
    if (known == null) {
      throw new MalformedMessageException("message of unknown type " + number);
    }
    return known;
  }

  private static Entry readEntry(CodedInputStream in) throws IOException {
    EntryType type = EntryType.NORMAL;
    long term = 0;
    long index = 0;
    byte[] data = NOTHING;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case 1 << 3 -> type = entryType(in.readEnum());
        case 2 << 3 -> term = in.readUInt64();
        case 3 << 3 -> index = in.readUInt64();
        case 4 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED -> data = in.readByteArray();
        default -> skip(in, tag);
      }
    }
    return new Entry(term, index, type, data);
  }

  private static int number(EntryType type) {
    return switch (type) {
      case NORMAL -> 0;
      case CONF_CHANGE -> 1;
      case CONF_CHANGE_V2 -> 2;
    };
  }

  private static EntryType entryType(int number) throws MalformedMessageException {
    return switch (number) {
      case 0 -> EntryType.NORMAL;
      case 1 -> EntryType.CONF_CHANGE;
      case 2 -> EntryType.CONF_CHANGE_V2;
      default -> throw new MalformedMessageException("entry of unknown type " + number);
    };
  }

  /**
   * Skips a field of a later version; its data follows the rules of the wire format all the same.
   */
  static void skip(CodedInputStream in, int tag) throws IOException {
    if (!in.skipField(tag)) {
      throw new MalformedMessageException("group ends that has not begun");
    }
  }
}
