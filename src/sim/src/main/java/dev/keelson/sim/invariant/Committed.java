package dev.keelson.sim.invariant;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfChangeCodec;
import dev.keelson.raft.confchange.ConfChangeException;
import dev.keelson.sim.check.ConfigurationModel;
import dev.keelson.sim.check.LogModel;
import dev.keelson.sim.check.Violation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The one log that all members carry out (state machine safety, Raft §5.4.3): whoever commits an
 * entry first says what it is. Beside it, what it means.
 */
public final class Committed {
  private final List<Entry> entries = new ArrayList<>();
  private final List<Long> revisions = new ArrayList<>();
  private final LogModel model = new LogModel();
  private final ConfigurationModel configuration = new ConfigurationModel();
  private final Consumer<InternalRaftRequest> listener;

  Committed(Consumer<InternalRaftRequest> listener) {
    this.listener = listener;
  }

  /** What the log means. */
  public LogModel model() {
    return model;
  }

  /** Who belongs to the cluster. */
  public ConfigurationModel configuration() {
    return configuration;
  }

  /** The last entry that is known to be committed. */
  public long lastIndex() {
    return entries.size();
  }

  /** The term of a committed entry. */
  long term(long index) {
    return index == 0 ? 0 : entries.get((int) index - 1).term();
  }

  /** The newest revision when a committed entry has been carried out. */
  long revision(long index) {
    return index == 0 ? 1 : revisions.get((int) index - 1);
  }

  /** A member is about to carry out an entry. */
  void carriesOut(Entry entry) {
    int at = Math.toIntExact(entry.index() - 1);
    if (at == entries.size()) {
      entries.add(entry);
      carryOut(entry);
      revisions.add(model.history().revision());
      return;
    }
    Violation.unless(
        at < entries.size(),
        () -> "committed %s behind %d entries".formatted(entry, entries.size()));
    Entry known = entries.get(at);
    Violation.unless(
        known.term() == entry.term()
            && known.type() == entry.type()
            && Arrays.equals(known.data(), entry.data()),
        () -> "committed differently: %s and %s".formatted(known, entry));
  }

  private static ConfChange decode(Entry entry) {
    try {
      return ConfChangeCodec.decodeV1(entry.data());
    } catch (ConfChangeException e) {
      throw new Violation("entry " + entry.index() + " is no change of the membership", e);
    }
  }

  private void carryOut(Entry entry) {
    if (entry.type() == EntryType.NORMAL && entry.data().length > 0) {
      try {
        InternalRaftRequest request = InternalRaftRequest.parseFrom(entry.data());
        model.apply(request);
        listener.accept(request);
      } catch (InvalidProtocolBufferException e) {
        throw new Violation("entry " + entry.index() + " is no request", e);
      }
    } else if (entry.type() == EntryType.CONF_CHANGE) {
      configuration.apply(decode(entry));
    }
  }
}
