package dev.keelson.kv;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.keelson.kv.alarm.Alarms;
import dev.keelson.kv.auth.AuthCommands;
import dev.keelson.kv.auth.AuthState;
import dev.keelson.kv.auth.AuthStore;
import dev.keelson.kv.auth.EntryAccess;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.lease.Leases;
import dev.keelson.kv.member.Members;
import dev.keelson.kv.member.Reconfiguration;
import dev.keelson.kv.mvcc.AppliedPosition;
import dev.keelson.kv.mvcc.MvccStore;
import dev.keelson.kv.mvcc.RevisionEvents;
import dev.keelson.kv.mvcc.WriteTxn;
import dev.keelson.kv.txn.OpResult;
import dev.keelson.kv.txn.RequestChecks;
import dev.keelson.kv.txn.TxnExecutor;
import dev.keelson.proto.etcdserverpb.AlarmMember;
import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.Reader;
import java.util.List;

/**
 * Carries out log entries. The outcome of an entry depends on the log up to it and on nothing else:
 * no clock, no configuration, no local progress of compaction. Entries are applied into one open
 * batch; {@link #commit} makes them durable-with-the-next-flush and visible, all together.
 *
 * <p>Apply thread only; the parts handed out say which of their methods may be called from
 * elsewhere.
 */
public final class StateMachine implements AutoCloseable {
  /** The longest time to live a lease can have, in seconds. */
  public static final long LEASE_TTL_MAX_SECONDS = 9_000_000_000L;

  private final MvccStore store;
  private final Leases leases;
  private final Alarms alarms;
  private final Members members;
  private final Reconfiguration reconfiguration;
  private final AuthStore auth;
  private final AuthCommands authCommands;
  private final TxnExecutor executor;
  private final ApplyListener listener;
  private final KvBackend backend;

  /** Opens the state that the backend holds. */
  public StateMachine(KvBackend backend, Leases leases, ApplyListener listener) {
    this.backend = backend;
    this.store = new MvccStore(backend);
    this.leases = leases;
    this.alarms = new Alarms(backend);
    this.members = new Members(backend);
    this.reconfiguration = new Reconfiguration(members);
    this.auth = new AuthStore(backend);
    this.authCommands = new AuthCommands(auth, listener);
    this.executor = new TxnExecutor(leases::exists);
    this.listener = listener;
  }

  /**
   * Where in the log the state of a reader stands, and the configuration there: what a snapshot of
   * it is named by.
   */
  public static SnapshotMetadata position(Reader reader) {
    AppliedPosition applied = AppliedPosition.read(reader);
    return new SnapshotMetadata(
        applied.index(), applied.term(), new Members(reader).configuration());
  }

  /**
   * Takes over what the backend's contents were replaced by, between two batches. What was applied
   * and not committed must not exist.
   */
  public void reload() {
    store.reload();
    leases.reload(backend);
    alarms.reload(backend);
    members.reload(backend);
    auth.reload(backend);
    // which tokens the entries in between have issued and revoked is not known
    listener.allTokensRevoked();
  }

  public MvccStore store() {
    return store;
  }

  public Leases leases() {
    return leases;
  }

  public Alarms alarms() {
    return alarms;
  }

  public Members members() {
    return members;
  }

  /** Users, roles and permissions; safe from any thread. */
  public AuthState auth() {
    return auth.state();
  }

  /** Runs read-only transactions; safe from any thread. */
  public TxnExecutor executor() {
    return executor;
  }

  /** The index of the last entry carried out. */
  public long appliedIndex() {
    return store.appliedIndex();
  }

  /** Passes over an entry without a command. */
  public void skip(long index, long term) {
    store.applied(index, term);
  }

  /**
   * Decodes a command; one that cannot be decoded means that the log and this program do not belong
   * together.
   */
  public static InternalRaftRequest decode(long index, byte[] data) {
    try {
      return InternalRaftRequest.parseFrom(data);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("log entry " + index + " is not a request", e);
    }
  }

  /**
   * Carries out the change of one member, or refuses it; its context is the member's record. The
   * result is the list of the members from then on.
   */
  public Applied changeMember(long index, long term, ConfChange.V1 change) {
    Applied outcome;
    try {
      outcome = Applied.of(reconfiguration.apply(store.batch(), index, change));
      members.all().forEach(each -> store.digest().fold(each.toByteArray()));
    } catch (KvException e) {
      outcome = Applied.failed(e);
    }
    store.applied(index, term);
    return outcome;
  }

  /** Carries out a command. */
  public Applied apply(long index, long term, InternalRaftRequest request) {
    Applied outcome;
    try {
      EntryAccess.check(auth.state(), request, this::leaseKeys);
      outcome = Applied.of(dispatch(index, request));
    } catch (KvException e) {
      outcome = Applied.failed(e);
    }
    store.written(request.getLeaderMillis());
    store.applied(index, term);
    return outcome;
  }

  private List<byte[]> leaseKeys(long lease) {
    store.writeThrough();
    return Leases.attachedKeys(backend, lease);
  }

  private Object dispatch(long index, InternalRaftRequest request) throws KvException {
    if (request.hasPut()) {
      return put(request.getPut());
    }
    if (request.hasTxn()) {
      return txn(request.getTxn());
    }
    if (request.hasDeleteRange()) {
      return deleteRange(request.getDeleteRange());
    }
    if (request.hasLeaseGrant()) {
      return grant(request.getLeaseGrant());
    }
    if (request.hasLeaseRevoke()) {
      return revoke(request.getLeaseRevoke());
    }
    if (request.hasCompaction()) {
      return compact(request.getCompaction());
    }
    if (request.hasAlarm()) {
      return alarm(request.getAlarm());
    }
    if (request.hasClusterMemberAttrSet()) {
      members.publish(
          store.batch(),
          request.getClusterMemberAttrSet().getMemberID(),
          request.getClusterMemberAttrSet().getMemberAttributes());
      return Applied.NOTHING;
    }
    if (request.hasClusterVersionSet()) {
      members.setClusterVersion(store.batch(), request.getClusterVersionSet().getVer());
      return Applied.NOTHING;
    }
    if (AuthCommands.handles(request)) {
      Object result =
          authCommands.apply(store.batch(), index, EntryAccess.caller(request), request);
      store.digest().fold(auth.state().revision());
      store.digest().fold(auth.state().enabled() ? 1 : 0);
      return result;
    }
    throw new KvException(KvError.UNKNOWN_METHOD);
  }

  private OpResult put(PutRequest request) throws KvException {
    refuse(AlarmType.CORRUPT, KvError.CORRUPT);
    refuse(AlarmType.NOSPACE, KvError.NO_SPACE);
    WriteTxn txn = store.begin();
    OpResult result = executor.put(txn, request);
    txn.end();
    return result;
  }

  private OpResult deleteRange(DeleteRangeRequest request) throws KvException {
    refuse(AlarmType.CORRUPT, KvError.CORRUPT);
    WriteTxn txn = store.begin();
    OpResult result = executor.deleteRange(txn, request);
    txn.end();
    return result;
  }

  private OpResult txn(TxnRequest request) throws KvException {
    refuse(AlarmType.CORRUPT, KvError.CORRUPT);
    if (RequestChecks.cost(request) > 0) {
      refuse(AlarmType.NOSPACE, KvError.NO_SPACE);
    }
    WriteTxn txn = store.begin();
    OpResult result = executor.txn(txn, request);
    txn.end();
    return result;
  }

  private Leases.Granted grant(LeaseGrantRequest request) throws KvException {
    refuse(AlarmType.CORRUPT, KvError.CORRUPT);
    refuse(AlarmType.NOSPACE, KvError.NO_SPACE);
    if (request.getTTL() > LEASE_TTL_MAX_SECONDS) {
      throw new KvException(KvError.LEASE_TTL_TOO_LARGE);
    }
    if (leases.exists(request.getID())) {
      throw new KvException(KvError.LEASE_EXISTS);
    }
    Leases.Granted lease = leases.grant(store.batch(), request.getID(), request.getTTL());
    store.digest().fold(request.getID());
    store.digest().fold(request.getTTL());
    listener.leaseGranted(lease);
    return lease;
  }

  private Object revoke(LeaseRevokeRequest request) throws KvException {
    refuse(AlarmType.CORRUPT, KvError.CORRUPT);
    long id = request.getID();
    if (!leases.exists(id)) {
      throw new KvException(KvError.LEASE_NOT_FOUND);
    }
    WriteTxn txn = store.begin();
    txn.willReadBefore();
    for (byte[] key : Leases.attachedKeys(backend, id)) {
      txn.delete(UnsafeByteOperations.unsafeWrap(key));
    }
    txn.end();
    leases.revoke(store.batch(), id);
    store.digest().fold(id);
    listener.leaseRevoked(id);
    return Applied.NOTHING;
  }

  private Object compact(CompactionRequest request) throws KvException {
    refuse(AlarmType.CORRUPT, KvError.CORRUPT);
    long at = request.getRevision();
    if (at <= store.compactRevision()) {
      throw new KvException(KvError.COMPACTED);
    }
    if (at > store.revision()) {
      throw new KvException(KvError.FUTURE_REVISION);
    }
    store.compact(at);
    listener.compacted(at);
    return Applied.NOTHING;
  }

  private List<AlarmMember> alarm(AlarmRequest request) {
    AlarmMember alarm =
        AlarmMember.newBuilder()
            .setMemberID(request.getMemberID())
            .setAlarmValue(request.getAlarmValue())
            .build();
    return switch (request.getAction()) {
      case GET -> alarms.active(request.getAlarm());
      case ACTIVATE -> {
        if (alarm.getAlarm() == AlarmType.NONE || alarm.getAlarm() == AlarmType.UNRECOGNIZED) {
          yield List.of();
        }
        alarms.raise(store.batch(), alarm);
        store.digest().fold(alarm.toByteArray());
        yield List.of(alarm);
      }
      case DEACTIVATE ->
          alarms.clear(store.batch(), alarm) ? cleared(alarm) : List.<AlarmMember>of();
      case UNRECOGNIZED -> List.of();
    };
  }

  private List<AlarmMember> cleared(AlarmMember alarm) {
    store.digest().fold(alarm.getMemberID());
    return List.of(alarm);
  }

  private void refuse(AlarmType type, KvError error) throws KvException {
    if (alarms.raised(type)) {
      throw new KvException(error);
    }
  }

  /**
   * Makes everything applied since the last call visible.
   *
   * @return the revisions that were created, in order
   */
  public List<RevisionEvents> commit() {
    return store.commit();
  }

  @Override
  public void close() {
    store.close();
  }
}
