package dev.keelson.node;

import dev.keelson.kv.member.Members;
import dev.keelson.kv.mvcc.StoreHash;
import dev.keelson.node.env.Environment;
import dev.keelson.node.peer.Transport;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.proto.peer.HashKvRequest;
import dev.keelson.proto.peer.HashKvResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what this member has stored with what others have, before it takes part: etcd's feature
 * gate InitialCorruptCheck. Members that are not there, or cannot tell for this revision, are
 * passed over.
 */
final class InitialCheck {
  private static final Logger LOG = LoggerFactory.getLogger(InitialCheck.class);
  private static final long LOOK_MILLIS = 50;

  /** How long the others are waited for: a whole cluster may be starting. */
  private static final long PATIENCE_MILLIS = 3000;

  private final Environment environment;
  private final long clusterId;
  private final long memberId;
  private final Transport transport;
  private final Digests digests;
  private final List<Long> others;

  InitialCheck(
      Environment environment,
      long clusterId,
      long memberId,
      Members members,
      Transport transport,
      Digests digests) {
    this.environment = environment;
    this.clusterId = clusterId;
    this.memberId = memberId;
    this.transport = transport;
    this.digests = digests;
    others = members.all().stream().map(Member::getID).filter(id -> id != memberId).toList();
  }

  /** Fails with a {@link MemberStartException} if another member has stored something else. */
  CompletableFuture<Void> run() {
    LOG.info("starting initial corruption check");
    CompletableFuture<Void> connected = new CompletableFuture<>();
    awaitOthers(0, connected);
    return connected.thenCompose(_ -> digests.hashKv(0)).thenCompose(this::compare);
  }

  private void awaitOthers(long waitedMillis, CompletableFuture<Void> connected) {
    if (waitedMillis >= PATIENCE_MILLIS
        || others.stream().allMatch(id -> transport.connectedMillis(id) >= 0)) {
      connected.complete(null);
    } else {
      var _ =
          environment.after(LOOK_MILLIS, () -> awaitOthers(waitedMillis + LOOK_MILLIS, connected));
    }
  }

  private CompletableFuture<Void> compare(StoreHash.HashKv own) {
    HashKvRequest request =
        HashKvRequest.newBuilder().setClusterId(clusterId).setRevision(own.hashRevision()).build();
    List<CompletableFuture<Boolean>> differences =
        others.stream()
            .map(
                id ->
                    transport
                        .hashKv(id, request)
                        .thenApply(answer -> differs(id, own, answer))
                        .exceptionally(failure -> passedOver(id, failure)))
            .toList();
    return CompletableFuture.allOf(differences.toArray(CompletableFuture[]::new))
        .thenRun(
            () -> {
              if (differences.stream().anyMatch(CompletableFuture::join)) {
                throw new MemberStartException(
                    Long.toHexString(memberId) + " found data inconsistency with peers");
              }
              LOG.info("initial corruption checking passed; no corruption");
            });
  }

  private static boolean differs(long id, StoreHash.HashKv own, HashKvResponse answer) {
    boolean comparable = answer.getCompactRevision() == own.compactRevision();
    if (comparable && answer.getHash() == own.hash()) {
      return false;
    }
    LOG.atWarn()
        .addKeyValue("remote-peer-id", Long.toHexString(id))
        .addKeyValue("revision", own.hashRevision())
        .addKeyValue("local-hash", Integer.toUnsignedString(own.hash()))
        .addKeyValue("remote-hash", Integer.toUnsignedString(answer.getHash()))
        .addKeyValue("local-compact-revision", own.compactRevision())
        .addKeyValue("remote-compact-revision", answer.getCompactRevision())
        .log(
            comparable
                ? "found different hash values from remote peer"
                : "found different compact revision values from remote peer");
    return comparable;
  }

  private static boolean passedOver(long id, Throwable failure) {
    LOG.atWarn()
        .addKeyValue("remote-peer-id", Long.toHexString(id))
        .addKeyValue("error", String.valueOf(failure.getMessage()))
        .log("failed to get hash from remote peer");
    return false;
  }
}
