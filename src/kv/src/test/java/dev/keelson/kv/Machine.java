package dev.keelson.kv;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.lease.Leases;
import dev.keelson.kv.mvcc.Families;
import dev.keelson.kv.mvcc.RevisionEvents;
import dev.keelson.kv.mvcc.View;
import dev.keelson.kv.mvcc.ViewRows;
import dev.keelson.kv.mvcc.Views;
import dev.keelson.kv.txn.AnswerBudget;
import dev.keelson.kv.txn.KeyValues;
import dev.keelson.kv.txn.OpResult.DeleteResult;
import dev.keelson.kv.txn.OpResult.PutResult;
import dev.keelson.kv.txn.OpResult.RangeResult;
import dev.keelson.kv.txn.OpResult.TxnResult;
import dev.keelson.kv.txn.RangeReader;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.mvccpb.KeyValue;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.memory.MemoryKvBackend;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A state machine over a backend in memory, with the log it was fed. */
public final class Machine implements AutoCloseable {
  private static final long TERM = 1;

  private final List<InternalRaftRequest> log = new ArrayList<>();
  private MemoryKvBackend backend;
  private StateMachine state;
  private final List<String> notices = new ArrayList<>();

  public Machine() {
    this(MemoryKvBackend.create(Families.ALL));
  }

  private Machine(MemoryKvBackend backend) {
    this.backend = backend;
    this.state = open(backend);
  }

  private StateMachine open(MemoryKvBackend from) {
    return new StateMachine(
        from,
        new Leases(from),
        new ApplyListener() {
          @Override
          public void leaseGranted(Leases.Granted lease) {
            notices.add("granted " + lease.id());
          }

          @Override
          public void leaseRevoked(long id) {
            notices.add("revoked " + id);
          }

          @Override
          public void compacted(long revision) {
            notices.add("compacted " + revision);
          }

          @Override
          public void tokenIssued(String token, String username) {
            notices.add("token " + token + " " + username);
          }

          @Override
          public void tokensRevoked(String username) {
            notices.add("no tokens " + username);
          }

          @Override
          public void allTokensRevoked() {
            notices.add("no tokens");
          }
        });
  }

  public StateMachine state() {
    return state;
  }

  public MemoryKvBackend backend() {
    return backend;
  }

  /** What the listener was told, in order. */
  public List<String> notices() {
    return notices;
  }

  /** Applies an entry and leaves the batch open. */
  public Applied applyOnly(InternalRaftRequest request) {
    log.add(request);
    return state.apply(log.size(), TERM, request);
  }

  /** Applies an entry and commits. */
  public Applied apply(InternalRaftRequest request) {
    Applied applied = applyOnly(request);
    commit();
    return applied;
  }

  public List<RevisionEvents> commit() {
    return state.commit();
  }

  /** Applies an entry that must succeed. */
  public Object succeed(InternalRaftRequest request) {
    Applied applied = apply(request);
    KvException failure = applied.failure();
    if (failure != null) {
      throw new AssertionError(request + " failed", failure);
    }
    return requireNonNull(applied.result());
  }

  /** Applies an entry that must fail. */
  public KvError fail(InternalRaftRequest request) {
    Applied applied = apply(request);
    KvException failure = applied.failure();
    if (failure == null) {
      throw new AssertionError(request + " succeeded");
    }
    return failure.error();
  }

  public PutResult put(String key, String value) {
    return put(Requests.put(key, value));
  }

  public PutResult put(PutRequest.Builder request) {
    return (PutResult) succeed(Requests.entry(request));
  }

  public DeleteResult delete(DeleteRangeRequest.Builder request) {
    return (DeleteResult) succeed(Requests.entry(request));
  }

  public TxnResult txn(TxnRequest.Builder request) {
    return (TxnResult) succeed(Requests.entry(request));
  }

  public long revision() {
    return state.store().revision();
  }

  public Views views() {
    return state.store().views();
  }

  /** Reads from the newest view. */
  public RangeResult range(RangeRequest.Builder request) throws KvException {
    try (View view = state.store().views().acquire()) {
      return RangeReader.read(new ViewRows(view), request.build(), AnswerBudget.held());
    }
  }

  /** The rows that a Range answers. */
  public List<KeyValue> rows(RangeRequest.Builder request) {
    try {
      return rows(range(request).rows());
    } catch (KvException e) {
      throw new AssertionError(e);
    }
  }

  /** The keys that a Range answers. */
  public List<String> keys(RangeRequest.Builder request) {
    return rows(request).stream().map(row -> row.getKey().toStringUtf8()).toList();
  }

  /** The newest row of a key, or null. */
  public @Nullable KeyValue row(String key) {
    List<KeyValue> rows = rows(Requests.range(key));
    return rows.isEmpty() ? null : rows.getFirst();
  }

  public static List<KeyValue> rows(KeyValues encoded) {
    List<KeyValue> rows = new ArrayList<>();
    for (int i = 0; i < encoded.size(); i++) {
      byte[] buffer = encoded.buffer(i);
      int offset = encoded.offset(i);
      rows.add(decode(ByteString.copyFrom(buffer, offset, buffer.length - offset)));
    }
    return rows;
  }

  public static KeyValue decode(ByteString encoded) {
    try {
      return KeyValue.parseFrom(encoded);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** Carries compaction out to its end. */
  public void finishCompaction() {
    while (!state.store().compactor().idle()) {
      state.store().compactor().step(3);
    }
  }

  /** Makes everything durable, as the owner of the backend does. */
  public void flush() {
    state.store().prepareFlush();
    backend.flush();
  }

  /** The process dies; a new one opens what was flushed. */
  public void crash() {
    backend = backend.crash();
    state = open(backend);
  }

  /** Carries out the entries of the log that the opened state lacks; leaves the batch open. */
  public void replay() {
    for (long index = state.appliedIndex() + 1; index <= log.size(); index++) {
      state.apply(index, TERM, log.get((int) index - 1));
    }
  }

  /**
   * Every row of every family, in hex, but for what is local to a member: the progress of
   * compaction, what it has left, and the key counts.
   */
  public SortedMap<String, String> dump() {
    HexFormat hex = HexFormat.of();
    TreeMap<String, String> dump = new TreeMap<>();
    for (Family family : Families.ALL) {
      try (Cursor cursor = backend.ascending(family, new byte[0], null)) {
        while (cursor.next()) {
          String name = family.name() + " " + hex.formatHex(cursor.key());
          dump.put(name, hex.formatHex(cursor.value()));
        }
      }
    }
    dump.remove("meta " + hex.formatHex(Requests.bytes("counts").toByteArray()));
    dump.remove("meta " + hex.formatHex(Requests.bytes("eventBytes").toByteArray()));
    dump.remove("meta " + hex.formatHex(Requests.bytes("finishedCompactRev").toByteArray()));
    return dump;
  }

  @Override
  public void close() {
    state.close();
    backend.close();
  }
}
