package dev.keelson.node;

import dev.keelson.kv.error.KvError;
import dev.keelson.kv.member.Members;
import dev.keelson.node.peer.Transport;
import dev.keelson.proto.membershippb.Member;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which changes would risk the quorum, by etcd's rules ({@code --strict-reconfig-check}): enough
 * members must have been started, and enough must have been within reach for a while.
 */
final class ReconfigurationRules {
  private static final long HEALTHY_MILLIS = 5000;

  private final long memberId;
  private final Members members;
  private final Transport transport;
  private final boolean strict;

  ReconfigurationRules(long memberId, Members members, Transport transport, boolean strict) {
    this.memberId = memberId;
    this.members = members;
    this.transport = transport;
    this.strict = strict;
  }

  /** Why a member must not be added now; null if it may. */
  @Nullable KvError addition(boolean learner) {
    if (!strict) {
      return null;
    }
    List<Member> voters = voters();
    int before = voters.size();
    int started = started(voters);
    // a lone member that was restored wants company, whatever the quorum
    boolean firstCompanion = before == 1 && started == 1;
    if (!learner && !firstCompanion && started < (before + 1) / 2 + 1) {
      return KvError.NOT_ENOUGH_STARTED;
    }
    return before == 1 || connected(voters) >= (before + 1) / 2 + 1
        ? null
        : KvError.UNHEALTHY_CLUSTER;
  }

  /** Why a member must not be removed now; null if it may. */
  @Nullable KvError removal(long id) {
    Member target = members.find(id);
    if (!strict || (target != null && target.getRaftAttributes().getIsLearner())) {
      return null;
    }
    List<Member> voters = voters();
    List<Member> left = voters.stream().filter(each -> each.getID() != id).toList();
    if (started(left) < left.size() / 2 + 1) {
      return KvError.NOT_ENOUGH_STARTED;
    }
    // one that is down is no part of the working quorum
    if (id != memberId && transport.connectedMillis(id) < 0) {
      return null;
    }
    return connected(voters) - 1 < 1 + (voters.size() - 1) / 2 ? KvError.UNHEALTHY_CLUSTER : null;
  }

  /** Why a learner must not become a voter now; null if it may. */
  @Nullable KvError promotion() {
    List<Member> voters = voters();
    return strict && started(voters) + 1 < (voters.size() + 1) / 2 + 1
        ? KvError.NOT_ENOUGH_STARTED
        : null;
  }

  private List<Member> voters() {
    return members.all().stream().filter(each -> !each.getRaftAttributes().getIsLearner()).toList();
  }

  /** A member without a name has never run. */
  private static int started(List<Member> voters) {
    return (int)
        voters.stream().filter(each -> !each.getMemberAttributes().getName().isEmpty()).count();
  }

  private long connected(List<Member> voters) {
    return voters.stream()
        .filter(
            each ->
                each.getID() == memberId
                    || transport.connectedMillis(each.getID()) >= HEALTHY_MILLIS)
        .count();
  }
}
