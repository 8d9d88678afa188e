package dev.keelson.node.peer;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.keelson.proto.peer.RaftBatch;
import dev.keelson.raft.Message;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@code RaftBatch}.
 *
 * @param messages in order; may be empty
 * @param sequence counts the batches of a stream from 1
 * @param sentAtNanos the sender's clock if it wants an acknowledgement; else 0
 */
record Batch(List<Message> messages, long sequence, long sentAtNanos) {
  private static final int MESSAGES_TAG =
      RaftBatch.MESSAGES_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int OUTPUT_BUFFER_BYTES = 4096;

  /** Encoded size in bytes. */
  int size() {
    RaftpbFields fields = new RaftpbFields();
    int size =
        CodedOutputStream.computeUInt64Size(RaftBatch.SEQUENCE_FIELD_NUMBER, sequence)
            + CodedOutputStream.computeInt64Size(RaftBatch.SENT_AT_NANOS_FIELD_NUMBER, sentAtNanos);
    for (Message message : messages) {
      MessageCodec.encode(message, fields);
      int length = fields.size();
      size += 1 + CodedOutputStream.computeUInt32SizeNoTag(length) + length;
    }
    return size;
  }

  /** Writes {@link #size} bytes. */
  void writeTo(OutputStream target) throws IOException {
    CodedOutputStream out = CodedOutputStream.newInstance(target, OUTPUT_BUFFER_BYTES);
    RaftpbFields fields = new RaftpbFields();
    for (Message message : messages) {
      MessageCodec.encode(message, fields);
      out.writeUInt32NoTag(MESSAGES_TAG);
      out.writeUInt32NoTag(fields.size());
      fields.write(out);
    }
    out.writeUInt64(RaftBatch.SEQUENCE_FIELD_NUMBER, sequence);
    out.writeInt64(RaftBatch.SENT_AT_NANOS_FIELD_NUMBER, sentAtNanos);
    out.flush();
  }

  /**
   * Reads a batch.
   *
   * @param sender who sent it, as established by the connection
   * @param self the member that received it
   * @throws IOException if it is none, or holds what {@link MessageCodec#decode} refuses
   */
  static Batch parse(byte[] encoded, long sender, long self) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(encoded);
    RaftpbFields fields = new RaftpbFields();
    List<Message> messages = new ArrayList<>();
    long sequence = 0;
    long sentAtNanos = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case MESSAGES_TAG -> {
          int outer = in.pushLimit(in.readRawVarint32());
          fields.read(in);
          in.popLimit(outer);
          messages.add(MessageCodec.decode(fields, sender, self));
        }
        case RaftBatch.SEQUENCE_FIELD_NUMBER << 3 -> sequence = in.readUInt64();
        case RaftBatch.SENT_AT_NANOS_FIELD_NUMBER << 3 -> sentAtNanos = in.readInt64();
        default -> RaftpbFields.skip(in, tag);
      }
    }
    return new Batch(messages, sequence, sentAtNanos);
  }
}
