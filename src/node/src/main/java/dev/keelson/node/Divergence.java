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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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

  private final long clusterId;
  private final long memberId;
  private final Transport transport;
  private final Digests digests;
  private final Alarms alarms;
  private final Proposals proposals;
  private final Supplier<Standing> standing;
  private final LongSupplier applied;
  private final EventLog history;
  private final Set<Comparison> underWay = ConcurrentHashMap.newKeySet();
  private long comparedCompaction;

  /** What is compared; each of them by itself, as they often become due together. */
  private enum Comparison {
    DIGESTS("found different hash values from remote peer"),
    HASHES("found hash mismatch"),
    COMPACTIONS("Detected compaction hash mismatch");

    /** What is said if they differ. */
    private final String mismatch;

    Comparison(String mismatch) {
      this.mismatch = mismatch;
    }
  }

  /**
   * What a member says of its state.
   *
   * @param basis only answers with the same one can be compared
   */
  private record Answer(String basis, String value) {}

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
            Comparison.DIGESTS,
            HashKvRequest.newBuilder().setClusterId(clusterId).setIndex(index).build(),
            () -> digests.at(index).thenApply(Divergence::answer),
            response -> answer(response.getDigest()));
  }

  /** Compares hashes of what is stored, if this member leads. */
  void compareHashes() {
    var _ = compareHashes(Comparison.HASHES, history.currentRevision());
  }

  /**
   * Compares hashes of what the newest compaction has left, once for each compaction, if this
   * member leads: etcd's CompactHashCheck. Unlike the newest revision, members have had time to
   * reach it.
   */
  void compareCompactions() {
    long at = history.compactRevision();
    if (at > 0 && at != comparedCompaction && standing.get().isLeader()) {
      CompletableFuture<Integer> compared = compareHashes(Comparison.COMPACTIONS, at);
      if (compared.isCompletedExceptionally()) {
        return; // the last one is not over yet: this one is next
      }
      comparedCompaction = at;
      var _ =
          compared.thenAccept(
              checked ->
                  LOG.atInfo()
                      .addKeyValue("compact-revision", at)
                      .addKeyValue("number-of-hashes-checked", checked)
                      .log("finished compaction hash check"));
    }
  }

  private CompletableFuture<Integer> compareHashes(Comparison comparison, long at) {
    return compare(
        comparison,
        HashKvRequest.newBuilder().setClusterId(clusterId).setRevision(at).build(),
        () -> digests.hashKv(at).thenApply(hash -> answer(hash.hash(), hash.compactRevision())),
        response -> answer(response.getHash(), response.getCompactRevision()));
  }

  private static Optional<Answer> answer(OptionalLong digest) {
    return digest.isPresent() ? answer(Digests.bytes(digest.getAsLong())) : Optional.empty();
  }

  private static Optional<Answer> answer(ByteString digest) {
    return digest.isEmpty()
        ? Optional.empty()
        : Optional.of(new Answer("", HexFormat.of().formatHex(digest.toByteArray())));
  }

  /** Members apply a compaction at different times, and with it the hash becomes another. */
  private static Optional<Answer> answer(int hash, long compactRevision) {
    return Optional.of(
        new Answer("compacted at " + compactRevision, HexFormat.of().toHexDigits(hash)));
  }

  /**
   * Gathers what all members answer, if anything.
   *
   * @return how many answers were compared; cancelled if this member does not lead, or the last
   *     comparison of this kind is still under way
   */
  private CompletableFuture<Integer> compare(
      Comparison comparison,
      HashKvRequest request,
      Supplier<CompletableFuture<Optional<Answer>>> own,
      Function<HashKvResponse, Optional<Answer>> reading) {
    Standing now = standing.get();
    if (!now.isLeader() || !underWay.add(comparison)) {
      return CompletableFuture.failedFuture(new CancellationException());
    }
    NavigableMap<Long, CompletableFuture<Optional<Answer>>> asked =
        new TreeMap<>(Long::compareUnsigned);
    asked.put(memberId, own.get().exceptionally(_ -> Optional.empty()));
    for (long id : now.confState().members()) {
      if (id != memberId && transport.connectedMillis(id) >= 0) {
        asked.put(
            id,
            transport.hashKv(id, request).thenApply(reading).exceptionally(_ -> Optional.empty()));
      }
    }
    return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
        .thenApply(
            _ -> {
              underWay.remove(comparison);
              NavigableMap<String, NavigableMap<String, NavigableSet<Long>>> byBasis =
                  new TreeMap<>();
              asked.forEach(
                  (id, answered) ->
                      answered
                          .join()
                          .ifPresent(
                              answer ->
                                  byBasis
                                      .computeIfAbsent(answer.basis(), _ -> new TreeMap<>())
                                      .computeIfAbsent(
                                          answer.value(), _ -> new TreeSet<>(Long::compareUnsigned))
                                      .add(id)));
              byBasis.values().forEach(byAnswer -> judge(now, comparison, byAnswer));
              return byBasis.values().stream()
                  .flatMap(byAnswer -> byAnswer.values().stream())
                  .mapToInt(NavigableSet::size)
                  .sum();
            });
  }

  private void judge(
      Standing then, Comparison comparison, NavigableMap<String, NavigableSet<Long>> byAnswer) {
    if (byAnswer.size() < 2) {
      return;
    }
    LOG.atError().addKeyValue("answers", byAnswer.toString()).log(comparison.mismatch);
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
