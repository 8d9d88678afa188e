package dev.keelson.node;

import dev.keelson.kv.member.Members;
import dev.keelson.node.env.Environment;
import dev.keelson.node.loop.Proposals;
import dev.keelson.node.loop.Standing;
import dev.keelson.node.peer.Transport;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.membershippb.ClusterVersionSetRequest;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.proto.peer.DescribeRequest;
import dev.keelson.proto.peer.DescribeResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Settles, as the leader, what the members agree to speak: the lowest of their versions, and the
 * lowest possible one as long as some of a new cluster's members cannot be asked. Never lowered.
 */
final class VersionAgreement {
  static final long INTERVAL_MILLIS = 4000;

  private final Environment environment;
  private final long clusterId;
  private final long memberId;
  private final Members members;
  private final Transport transport;
  private final Proposals proposals;
  private final Supplier<Standing> standing;
  private final AtomicBoolean asking = new AtomicBoolean();

  VersionAgreement(
      Environment environment,
      long clusterId,
      long memberId,
      Members members,
      Transport transport,
      Proposals proposals,
      Supplier<Standing> standing) {
    this.environment = environment;
    this.clusterId = clusterId;
    this.memberId = memberId;
    this.members = members;
    this.transport = transport;
    this.proposals = proposals;
    this.standing = standing;
  }

  /** Asks all members and proposes what follows, if this member leads; after an election too. */
  void check() {
    Standing now = standing.get();
    if (!now.isLeader()
        || EtcdVersion.CLUSTER.equals(members.clusterVersion())
        || !asking.compareAndSet(false, true)) {
      return;
    }
    List<CompletableFuture<@Nullable String>> versions = new ArrayList<>();
    for (Member member : members.all()) {
      if (member.getID() != memberId) {
        versions.add(versionOf(member));
      }
    }
    var _ =
        CompletableFuture.allOf(versions.toArray(CompletableFuture[]::new))
            .whenComplete(
                (_, _) -> {
                  asking.set(false);
                  settle(now.term(), versions);
                });
  }

  private CompletableFuture<@Nullable String> versionOf(Member member) {
    DescribeRequest request = DescribeRequest.newBuilder().setClusterId(clusterId).build();
    return transport
        .describe(member.getRaftAttributes().getPeerUrls(0), request)
        .thenApply(DescribeResponse::getServerVersion)
        .exceptionally(_ -> null);
  }

  private void settle(long term, List<CompletableFuture<@Nullable String>> versions) {
    String lowest = EtcdVersion.CLUSTER;
    boolean complete = true;
    for (CompletableFuture<@Nullable String> each : versions) {
      String version = each.join();
      if (version == null) {
        complete = false;
      } else if (compare(minor(version), lowest) < 0) {
        lowest = minor(version);
      }
    }
    String present = members.clusterVersion();
    if (!complete) {
      if (present != null) {
        return;
      }
      lowest = EtcdVersion.MIN_CLUSTER;
    }
    if (present == null || compare(lowest, present) > 0) {
      propose(term, lowest);
    }
  }

  private void propose(long term, String version) {
    proposals.proposeAsLeaderOf(
        term,
        InternalRaftRequest.newBuilder()
            .setClusterVersionSet(ClusterVersionSetRequest.newBuilder().setVer(version)),
        Runnable::run,
        outcome -> {
          if (outcome.failure() == null && !version.equals(EtcdVersion.CLUSTER)) {
            var _ = environment.after(INTERVAL_MILLIS / 4, this::check);
          }
        });
  }

  /** {@code 3.6.14} and {@code 3.6.0} agree to speak {@code 3.6.0}. */
  private static String minor(String version) {
    String[] parts = version.split("\\.", -1);
    return parts.length < 2 ? version : parts[0] + "." + parts[1] + ".0";
  }

  private static int compare(String one, String other) {
    return java.util.Arrays.compare(numbers(one), numbers(other));
  }

  private static int[] numbers(String version) {
    return java.util.Arrays.stream(version.split("\\.", -1)).mapToInt(Integer::parseInt).toArray();
  }
}
