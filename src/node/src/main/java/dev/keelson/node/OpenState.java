package dev.keelson.node;

import dev.keelson.kv.StateMachine;
import dev.keelson.kv.lease.Leases;
import dev.keelson.kv.lease.Lessor;
import dev.keelson.node.api.auth.AuthSettings;
import dev.keelson.node.api.auth.Authentication;
import dev.keelson.node.api.auth.Identities;
import dev.keelson.node.api.auth.Passwords;
import dev.keelson.node.api.auth.Tokens;
import dev.keelson.node.env.Environment;
import dev.keelson.node.metrics.MemberMetrics;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.raft.HardState;
import dev.keelson.raft.MemoryLog;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a member has on disk, opened: the log, the store and the state machine on it, with the
 * leases and tokens that belong to it.
 */
final class OpenState {
  final MemberStorage storage;
  final WalLog walLog;
  final StateMachine machine;
  final Lessor lessor;
  final Tokens tokens;
  final Consequences consequences;

  /**
   * Opens everything, or nothing.
   *
   * @param fresh who the member is if there is nothing on disk
   * @param compacted told of the revision of each compaction
   * @throws MemberStartException if it cannot be opened, or the member was removed
   */
  OpenState(
      MemberSettings settings,
      Environment environment,
      MemberMetrics metrics,
      Supplier<Identity> fresh,
      LongConsumer compacted) {
    tokens = openTokens(settings, environment);
    storage = MemberStorage.open(settings, environment, fresh);
    walLog = new WalLog(storage.wal(), settings.fsync(), metrics.disk, environment::nanoTime);
    Leases leases = new Leases(storage.backend());
    lessor = new Lessor(leases, () -> TimeUnit.NANOSECONDS.toMillis(environment.nanoTime()));
    consequences = new Consequences(lessor, tokens, compacted);
    machine = new StateMachine(storage.backend(), leases, consequences);
    if (machine.members().isRemoved(storage.memberId())) {
      close();
      throw new MemberStartException(MemberRemovedException.TEXT);
    }
    if (!settings.cluster().forceNew()) {
      requireOwn(settings);
    } else {
      storage.forceNewCluster(machine.appliedIndex(), machine.members());
    }
  }

  private static Tokens openTokens(MemberSettings settings, Environment environment) {
    try {
      return settings
          .auth()
          .openTokens(environment::nanoTime, () -> Instant.ofEpochMilli(environment.wallMillis()));
    } catch (IllegalArgumentException e) {
      throw new MemberStartException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Refuses the data of another member of the cluster: it would vote in that one's place. Flags
   * alone prove little, as they count no more once there is data; but name and addresses of a
   * member that is known under another id are a mistake. (etcd starts.)
   */
  private void requireOwn(MemberSettings settings) {
    Member stored = machine.members().find(storage.memberId());
    if (stored == null || stored.getMemberAttributes().getName().equals(settings.name())) {
      return;
    }
    for (Member other : machine.members().all()) {
      if (other.getID() != stored.getID()
          && other.getMemberAttributes().getName().equals(settings.name())
          && new TreeSet<>(other.getRaftAttributes().getPeerUrlsList())
              .equals(new TreeSet<>(settings.peerUrls()))) {
        close();
        throw new MemberStartException(
            "--data-dir=%s holds the data of member %x (--name=%s), but --name=%s and --initial-advertise-peer-urls=%s are those of member %x"
                .formatted(
                    settings.dataDir(),
                    stored.getID(),
                    stored.getMemberAttributes().getName(),
                    settings.name(),
                    String.join(",", settings.peerUrls()),
                    other.getID()));
      }
    }
  }

  /** Who callers are, by the users and tokens here. */
  Authentication authentication(AuthSettings settings) {
    return new Authentication(
        machine::auth,
        new Identities(tokens, settings.certificateNames()),
        tokens,
        new Passwords(settings.bcryptCost()));
  }

  /** The log that consensus goes on with. */
  MemoryLog recoveredLog() {
    return storage.memoryLog(machine.appliedIndex(), machine.members().configuration());
  }

  /**
   * Makes everything applied so far durable.
   *
   * @param unwritten the newest hard state, if it is not on disk yet
   */
  void flush(@Nullable HardState unwritten) {
    if (unwritten != null) {
      walLog.appendAndSync(unwritten, List.of());
    }
    machine.store().prepareFlush();
    storage.backend().flush();
    walLog.markSnapshot(
        machine.appliedIndex(), machine.store().appliedTerm(), machine.members().configuration());
  }

  void close() {
    machine.close();
    storage.close();
  }
}
