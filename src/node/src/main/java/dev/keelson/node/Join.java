package dev.keelson.node;

import dev.keelson.node.env.Environment;
import dev.keelson.node.peer.Transport;
import dev.keelson.proto.etcdserverpb.Member;
import dev.keelson.proto.peer.DescribeRequest;
import dev.keelson.proto.peer.DescribeResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What a member without data asks the others: one that joins, who it is; one that founds, whether
 * it has not been here before. By etcd's rules and in its words.
 */
final class Join {
  private static final long PATIENCE_MILLIS = 1000;

  private final MemberSettings settings;
  private final Environment environment;
  private final Transport transport;

  Join(MemberSettings settings, Environment environment, Transport transport) {
    this.settings = settings;
    this.environment = environment;
    this.transport = transport;
  }

  /**
   * Who a member without data is going to be; of one that has run before nobody asks. Fails with a
   * {@link MemberStartException}.
   */
  static CompletableFuture<Supplier<Identity>> fresh(
      MemberSettings settings, Environment environment, Transport transport) {
    try {
      if (MemberStorage.exists(settings, environment)) {
        return CompletableFuture.completedFuture(() -> Bootstrap.found(settings));
      }
      Join join = new Join(settings, environment, transport);
      return (settings.cluster().exists()
              ? join.identity()
              : join.refuseToFoundTwice(Bootstrap.found(settings)))
          .thenApply(identity -> () -> identity);
    } catch (MemberStartException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Who this member is in the cluster that exists; fails with a {@link MemberStartException}. */
  CompletableFuture<Identity> identity() {
    return found().thenCompose(this::refuseToJoinTwice);
  }

  private CompletableFuture<Identity> found() {
    return describe()
        .thenApply(
            found -> {
              DescribeResponse cluster =
                  found.orElseThrow(
                      () ->
                          new MemberStartException(
                              "cannot fetch cluster info from peer urls: could not retrieve cluster"
                                  + " information from the given URLs "
                                  + otherUrls()));
              return match(cluster);
            });
  }

  /** The members the cluster consists of, as the others know them; empty if none answers. */
  CompletableFuture<List<Member>> members() {
    return describe()
        .thenApply(found -> found.map(DescribeResponse::getMembersList).orElse(List.of()));
  }

  private List<String> otherUrls() {
    List<String> urls = new ArrayList<>();
    settings
        .cluster()
        .initialMembers()
        .forEach(
            (name, each) -> {
              if (!name.equals(settings.name())) {
                urls.addAll(each);
              }
            });
    return urls;
  }

  /** Asks one after the other until one knows. */
  private CompletableFuture<Optional<DescribeResponse>> describe() {
    return describe(new ArrayDeque<>(otherUrls()));
  }

  private CompletableFuture<Optional<DescribeResponse>> describe(Deque<String> urls) {
    String url = urls.poll();
    if (url == null) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return transport
        .describe(url, DescribeRequest.getDefaultInstance())
        .thenApply(
            answer ->
                answer.getMembersCount() == 0
                    ? Optional.<DescribeResponse>empty()
                    : Optional.of(answer))
        .exceptionally(_ -> Optional.empty())
        .thenCompose(
            found -> found.isPresent() ? CompletableFuture.completedFuture(found) : describe(urls));
  }

  /** Finds this member among those of the cluster by its peer URLs. */
  private Identity match(DescribeResponse cluster) {
    Map<String, List<String>> local = settings.cluster().initialMembers();
    String listed = Bootstrap.text(local);
    if (local.size() != cluster.getMembersCount()) {
      throw new MemberStartException(
          "error validating peerURLs: member count is unequal: --initial-cluster=%s names %d members, the cluster has %d: %s"
              .formatted(listed, local.size(), cluster.getMembersCount(), text(cluster)));
    }
    long self = 0;
    for (Member member : cluster.getMembersList()) {
      Optional<String> name =
          local.entrySet().stream()
              .filter(each -> sameUrls(each.getValue(), member.getPeerURLsList()))
              .map(Map.Entry::getKey)
              .findFirst();
      if (name.isEmpty()) {
        throw new MemberStartException(
            "error validating peerURLs: PeerURLs: no match found for existing member (%x, %s) in --initial-cluster=%s"
                .formatted(member.getID(), member.getPeerURLsList(), listed));
      }
      if (name.get().equals(settings.name())) {
        self = member.getID();
      }
    }
    if (self == 0) {
      throw new MemberStartException(
          "couldn't find local name \"%s\" in the initial cluster configuration"
              .formatted(settings.name()));
    }
    return new Identity(cluster.getClusterId(), self, List.of());
  }

  private static String text(DescribeResponse cluster) {
    List<String> members = new ArrayList<>();
    for (Member member : cluster.getMembersList()) {
      members.add("%x=%s".formatted(member.getID(), String.join(",", member.getPeerURLsList())));
    }
    return String.join(" ", members);
  }

  private static boolean sameUrls(List<String> one, List<String> other) {
    return new TreeSet<>(one).equals(new TreeSet<>(other));
  }

  /**
   * Whoever lost its data and begins anew under the same id does not know how it has voted, nor
   * what it has acknowledged. etcd lets it begin, and it panics at the leader's first heartbeat.
   */
  private CompletableFuture<Identity> refuseToJoinTwice(Identity joiner) {
    return refuseToBeginTwice(
        joiner,
        "member %x has already been bootstrapped, and its data is not in --data-dir=%s: bring the data back, or remove the member, add it again and start it then"
            .formatted(joiner.memberId(), settings.dataDir()));
  }

  /** Makes sure that a founder has not run before; fails with a {@link MemberStartException}. */
  CompletableFuture<Identity> refuseToFoundTwice(Identity founder) {
    return refuseToBeginTwice(
        founder, "member %x has already been bootstrapped".formatted(founder.memberId()));
  }

  /** Asks all the others at once; who cannot be reached soon is not waited for. */
  private CompletableFuture<Identity> refuseToBeginTwice(Identity self, String refusal) {
    CompletableFuture<Identity> result = new CompletableFuture<>();
    List<CompletableFuture<?>> answers = new ArrayList<>();
    for (String url : otherUrls()) {
      answers.add(
          transport
              .describe(url, DescribeRequest.getDefaultInstance())
              .thenAccept(
                  answer -> {
                    if (answer.getClusterId() == self.clusterId()
                        && hasRun(answer, self.memberId())) {
                      result.completeExceptionally(new MemberStartException(refusal));
                    }
                  })
              .exceptionally(_ -> null));
    }
    var _ =
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
            .thenRun(() -> result.complete(self));
    if (!result.isDone()) {
      var _ = environment.after(PATIENCE_MILLIS, () -> result.complete(self));
    }
    return result;
  }

  private static boolean hasRun(DescribeResponse cluster, long id) {
    return cluster.getMembersList().stream()
        .anyMatch(member -> member.getID() == id && member.getClientURLsCount() > 0);
  }
}
