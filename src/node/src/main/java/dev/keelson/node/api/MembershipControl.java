package dev.keelson.node.api;

import dev.keelson.proto.membershippb.Member;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * Changes of the membership and of the leader. The futures fail with an {@link
 * io.grpc.StatusRuntimeException} that is the answer. There is no time limit: a call ends when it
 * is done, refused, or nobody waits for it any more.
 */
public interface MembershipControl {
  /**
   * A new member.
   *
   * @param members all members, with the new one
   */
  record Added(Member member, List<Member> members) {}

  /** Adds a member, which is to be started afterwards. */
  CompletableFuture<Added> add(List<String> peerUrls, boolean learner, BooleanSupplier abandoned);

  /** Removes a member for good; the members left. */
  CompletableFuture<List<Member>> remove(long id, BooleanSupplier abandoned);

  /** Changes where a member is reached. */
  CompletableFuture<List<Member>> update(long id, List<String> peerUrls, BooleanSupplier abandoned);

  /** Makes a learner a voter, if it has caught up. */
  CompletableFuture<List<Member>> promote(long id, BooleanSupplier abandoned);

  /** Hands leadership over to another voter; done when that one leads. */
  CompletableFuture<Void> moveLeader(long id, BooleanSupplier abandoned);
}
