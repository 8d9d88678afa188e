package dev.keelson.node.loop;

import com.google.protobuf.CodedOutputStream;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Gives each batch of log entries the leader's time, so that every copy of the log tells when an
 * entry was written, in the same words. The time of an entry is the highest stamp of all entries up
 * to it: it never falls, whatever clocks and leaders do. Nothing that is applied depends on it.
 *
 * <p>A stamp is one more field behind the encoded request, which protobuf allows; a batch of the
 * same millisecond needs none.
 */
final class CommitTime {
  private static final int FIELD = InternalRaftRequest.LEADER_MILLIS_FIELD_NUMBER;

  private final LongSupplier wallMillis;
  private long lastMillis;
  private long lastTerm;

  CommitTime(LongSupplier wallMillis) {
    this.wallMillis = wallMillis;
  }

  /**
   * Stamps the first request of a batch that this member, as leader, is about to append.
   *
   * @param payloads encoded requests; the first one is replaced
   */
  void stamp(List<byte[]> payloads, long term) {
    if (due(term)) {
      payloads.set(0, stamped(payloads.getFirst()));
    }
  }

  /** The same with what another member forwarded to this leader. */
  Message.ForwardedProposal stamp(Message.ForwardedProposal message, long term) {
    Entry first = message.entries().getFirst();
    if (first.type() != EntryType.NORMAL || !due(term)) {
      return message;
    }
    List<Entry> entries = new ArrayList<>(message.entries());
    entries.set(0, new Entry(first.term(), first.index(), first.type(), stamped(first.data())));
    return new Message.ForwardedProposal(message.from(), message.to(), entries);
  }

  private boolean due(long term) {
    long now = Math.max(lastMillis, wallMillis.getAsLong());
    if (now == lastMillis && term == lastTerm) {
      return false;
    }
    lastMillis = now;
    lastTerm = term;
    return true;
  }

  private byte[] stamped(byte[] request) {
    byte[] longer =
        Arrays.copyOf(
            request, request.length + CodedOutputStream.computeInt64Size(FIELD, lastMillis));
    CodedOutputStream out =
        CodedOutputStream.newInstance(longer, request.length, longer.length - request.length);
    try {
      out.writeInt64(FIELD, lastMillis);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // the room was measured
    }
    return longer;
  }
}
