package dev.keelson.sim.check;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.mvccpb.Event;
import dev.keelson.proto.mvccpb.KeyValue;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Carries out committed log entries on the {@link Model}: from the log to what it must mean. */
public final class LogModel {
  private final KeyHistory history = new KeyHistory();
  private final Model model = new Model(KeyHistory.FIRST_REVISION, List.of());

  /** Leases and the keys attached to each. */
  private final TreeMap<Long, TreeSet<ByteString>> leases = new TreeMap<>();

  private long compactRevision = -1;

  /** What the log amounts to so far; grows with it. */
  public KeyHistory history() {
    return history;
  }

  /** The newest compaction; -1 before the first. */
  public long compactRevision() {
    return compactRevision;
  }

  /** Whether a lease exists. */
  public boolean hasLease(long id) {
    return leases.containsKey(id);
  }

  /** Carries out the next command. */
  public void apply(InternalRaftRequest request) {
    if (request.hasPut()) {
      if (leaseExists(request.getPut())) {
        model.put(request.getPut());
        end();
      }
    } else if (request.hasDeleteRange()) {
      model.delete(request.getDeleteRange());
      end();
    } else if (request.hasTxn()) {
      if (leasesExist(request.getTxn())) {
        model.txn(request.getTxn());
        end();
      }
    } else if (request.hasLeaseGrant()) {
      leases.putIfAbsent(request.getLeaseGrant().getID(), new TreeSet<>(keyOrder()));
    } else if (request.hasLeaseRevoke()) {
      TreeSet<ByteString> keys = leases.remove(request.getLeaseRevoke().getID());
      if (keys != null) {
        List.copyOf(keys).forEach(model::delete);
        end();
      }
    } else if (request.hasCompaction()) {
      long at = request.getCompaction().getRevision();
      if (at > compactRevision && at <= model.revision()) {
        compactRevision = at;
      }
    }
  }

  private static Comparator<ByteString> keyOrder() {
    return ByteString.unsignedLexicographicalComparator();
  }

  /** The lease of the branch not taken does not matter, but clients attach the same to both. */
  private boolean leasesExist(TxnRequest txn) {
    return Stream.concat(txn.getSuccessList().stream(), txn.getFailureList().stream())
        .filter(RequestOp::hasRequestPut)
        .allMatch(op -> leaseExists(op.getRequestPut()));
  }

  private boolean leaseExists(PutRequest put) {
    return put.getLease() == 0 || leases.containsKey(put.getLease());
  }

  private void end() {
    List<Event> events = model.end();
    if (events.isEmpty()) {
      return;
    }
    for (Event event : events) {
      KeyValue kv = event.getKv();
      leases.values().forEach(keys -> keys.remove(kv.getKey()));
      TreeSet<ByteString> attached = leases.get(kv.getLease());
      if (attached != null) {
        attached.add(kv.getKey());
      }
    }
    history.add(events);
  }
}
