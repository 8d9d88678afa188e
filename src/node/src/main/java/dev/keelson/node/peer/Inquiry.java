package dev.keelson.node.peer;

import dev.keelson.proto.etcdserverpb.Member;
import dev.keelson.proto.peer.DescribeResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What is said about a sender that this member does not know.
 *
 * <p>A member that was away does not know who joined meanwhile, and its vote may be needed. So the
 * stranger is let in as soon as one of the known members lists it. If none does, its own word
 * counts, provided that it has applied more of the log than everyone who answered, this member
 * included: whoever knows the newer list is right. Raft itself (Ongaro's thesis, 4.1) has a server
 * answer whoever asks; to ask about strangers only keeps those out that never belonged here.
 */
public final class Inquiry {
  private final long stranger;
  private final long clusterId;
  private final Consumer<List<String>> admit;
  private final List<DescribeResponse> answers = new ArrayList<>();
  private int open;
  private boolean admitted;

  /**
   * Asks nobody yet.
   *
   * @param admit given the peer URLs of the stranger, at most once, if it is to be let in
   */
  public Inquiry(long stranger, long clusterId, Consumer<List<String>> admit) {
    this.stranger = stranger;
    this.clusterId = clusterId;
    this.admit = admit;
  }

  /** Waits for these answers; one that fails says nothing. */
  public void await(List<CompletableFuture<DescribeResponse>> descriptions) {
    synchronized (this) {
      open = descriptions.size();
    }
    for (CompletableFuture<DescribeResponse> each : descriptions) {
      var _ =
          each.whenComplete(
              (answer, failure) -> heard(failure == null ? List.of(answer) : List.of()));
    }
  }

  private void heard(List<DescribeResponse> answer) {
    Optional<List<String>> urls;
    synchronized (this) {
      open--;
      answer.stream().filter(each -> each.getClusterId() == clusterId).forEach(answers::add);
      urls = admitted ? Optional.empty() : judge();
      admitted |= urls.isPresent();
    }
    urls.ifPresent(admit);
  }

  private Optional<List<String>> judge() {
    Optional<List<String>> vouched =
        answers.stream()
            .filter(each -> each.getMemberId() != stranger)
            .flatMap(each -> listed(each).stream())
            .findFirst();
    return vouched.isPresent() || open > 0 ? vouched : ownWord();
  }

  private Optional<List<String>> ownWord() {
    return answers.stream()
        .filter(each -> each.getMemberId() == stranger && isNewest(each))
        .flatMap(each -> listed(each).stream())
        .findFirst();
  }

  private boolean isNewest(DescribeResponse own) {
    return answers.stream()
        .allMatch(
            each ->
                each.getMemberId() == stranger || each.getAppliedIndex() < own.getAppliedIndex());
  }

  private Optional<List<String>> listed(DescribeResponse by) {
    return by.getMembersList().stream()
        .filter(member -> member.getID() == stranger)
        .map(Member::getPeerURLsList)
        .<List<String>>map(List::copyOf)
        .findFirst();
  }
}
