package dev.keelson.node;

import com.google.protobuf.ByteString;
import dev.keelson.kv.alarm.Alarms;
import dev.keelson.kv.mvcc.EventLog;
import dev.keelson.node.loop.Proposals;
import dev.keelson.node.loop.Standing;
import dev.keelson.node.peer.Transport;
import dev.keelson.proto.etcdserverpb.AlarmMember;
import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.peer.HashKvRequest;
import dev.keelson.proto.peer.HashKvResponse;
import java.util.HexFormat;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares, as the leader, the members' states: their digests at one entry, which costs nothing and
 * is always done, and on request the hash of all that is stored. Who differs from the majority gets
 * the CORRUPT alarm; where there is no majority, nobody knows who is right, and the alarm names no
 * member.
 */
final class Divergence {
  private static final Logger LOG = LoggerFactory.getLogger(Divergence.class);
  private static final String DIGESTS_DIFFER = "found different hash values from remote peer";
  private static final String HASHES_DIFFER = "found hash mismatch";
  private static final String COMPACTIONS_DIFFER = "Detected compaction hash mismatch";

  private final long clusterId;
  private final long memberId;
  private final Transport transport;
  private final Digests digests;
  private final Alarms alarms;
  private final Proposals proposals;
  private final Supplier<Standing> standing;
  private final LongSupplier applied;
  private final EventLog history;
  private final AtomicBoolean comparing = new AtomicBoolean();
  private long comparedCompaction;

  Divergence(
      long clusterId,
      long memberId,
      Transport transport,
      Digests digests,
      Alarms alarms,
      Proposals proposals,
      Supplier<Standing> standing,
      LongSupplier applied,
      EventLog history) {
    this.clusterId = clusterId;
    this.memberId = memberId;
    this.transport = transport;
    this.digests = digests;
    this.alarms = alarms;
    this.proposals = proposals;
    this.standing = standing;
    this.applied = applied;
    this.history = history;
  }

  /** Compares digests at the entry applied last, if this member leads. */
  void compareDigests() {
    long index = applied.getAsLong();
    var _ =
        compare(
            DIGESTS_DIFFER,
            HashKvRequest.newBuilder().setClusterId(clusterId).setIndex(index).build(),
            () -> digests.at(index).thenApply(Divergence::text),
            response -> response.getDigest().isEmpty() ? "" : hex(response.getDigest()));
  }

  /** Compares hashes of what is stored, if this member leads. */
  void compareHashes() {
    var _ = compareHashes(HASHES_DIFFER, history.currentRevision());
  }

  /**
   * Compares hashes of what the newest compaction has left, once for each compaction, if this
   * member leads: etcd's CompactHashCheck. Unlike the newest revision, members have had time to
   * reach it.
   */
  void compareCompactions() {
    long at = history.compactRevision();
    if (at > 0 && at != comparedCompaction && standing.get().isLeader()) {
      comparedCompaction = at;
      var _ =
          compareHashes(COMPACTIONS_DIFFER, at)
              .thenAccept(
                  checked ->
                      LOG.atInfo()
                          .addKeyValue("compact-revision", at)
                          .addKeyValue("number-of-hashes-checked", checked)
                          .log("finished compaction hash check"));
    }
  }

  private CompletableFuture<Integer> compareHashes(String mismatch, long at) {
    return compare(
        mismatch,
        HashKvRequest.newBuilder().setClusterId(clusterId).setRevision(at).build(),
        () -> digests.hashKv(at).thenApply(hash -> text(hash.hash(), hash.compactRevision())),
        response -> text(response.getHash(), response.getCompactRevision()));
  }

  private static String text(OptionalLong digest) {
    return digest.isPresent() ? hex(Digests.bytes(digest.getAsLong())) : "";
  }

  private static String hex(ByteString digest) {
    return HexFormat.of().formatHex(digest.toByteArray());
  }

  private static String text(int hash, long compactRevision) {
    return "%08x, compacted at %d".formatted(hash, compactRevision);
  }

  /**
   * Gathers what all members answer; nothing is text of length 0.
   *
   * @param mismatch what is said if they differ
   * @return how many answers were compared; cancelled if this member does not lead, or another
   *     comparison is under way
   */
  private CompletableFuture<Integer> compare(
      String mismatch,
      HashKvRequest request,
      Supplier<CompletableFuture<String>> own,
      Function<HashKvResponse, String> reading) {
    Standing now = standing.get();
    if (!now.isLeader() || !comparing.compareAndSet(false, true)) {
      return CompletableFuture.failedFuture(new CancellationException());
    }
    NavigableMap<Long, CompletableFuture<String>> asked = new TreeMap<>(Long::compareUnsigned);
    asked.put(memberId, own.get().exceptionally(_ -> ""));
    for (long id : now.confState().members()) {
      if (id != memberId && transport.connectedMillis(id) >= 0) {
        asked.put(id, transport.hashKv(id, request).thenApply(reading).exceptionally(_ -> ""));
      }
    }
    return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
        .thenApply(
            _ -> {
              comparing.set(false);
              NavigableMap<String, NavigableSet<Long>> byAnswer = new TreeMap<>();
              asked.forEach(
                  (id, answer) -> {
                    if (!answer.join().isEmpty()) {
                      byAnswer
                          .computeIfAbsent(answer.join(), _ -> new TreeSet<>(Long::compareUnsigned))
                          .add(id);
                    }
                  });
              judge(now, mismatch, byAnswer);
              return byAnswer.values().stream().mapToInt(NavigableSet::size).sum();
            });
  }

  private void judge(
      Standing then, String mismatch, NavigableMap<String, NavigableSet<Long>> byAnswer) {
    if (byAnswer.size() < 2) {
      return;
    }
    LOG.atError().addKeyValue("answers", byAnswer.toString()).log(mismatch);
    int quorum = then.confState().members().size() / 2 + 1;
    Optional<NavigableSet<Long>> majority =
        byAnswer.values().stream().filter(each -> each.size() >= quorum).findFirst();
    if (majority.isEmpty()) {
      accuse(then.term(), 0);
      return;
    }
    byAnswer.values().stream()
        .filter(each -> each != majority.get())
        .flatMap(NavigableSet::stream)
        .forEach(id -> accuse(then.term(), id));
  }

  private void accuse(long term, long id) {
    AlarmMember alarm =
        AlarmMember.newBuilder().setMemberID(id).setAlarm(AlarmType.CORRUPT).build();
    if (alarms.active().contains(alarm)) {
      return;
    }
    proposals.proposeAsLeaderOf(
        term,
        InternalRaftRequest.newBuilder()
            .setAlarm(
                AlarmRequest.newBuilder()
                    .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                    .setMemberID(id)
                    .setAlarm(AlarmType.CORRUPT)),
        Runnable::run,
        outcome -> {
          if (outcome.failure() == null) {
            LOG.atError()
                .addKeyValue("member-id", Long.toHexString(id))
                .log("raised the CORRUPT alarm: its state differs from that of the others");
          }
        });
  }
}
