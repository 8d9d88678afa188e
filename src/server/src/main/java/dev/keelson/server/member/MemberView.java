package dev.keelson.server.member;

import dev.keelson.raft.Status;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What the HTTP endpoints ask a member. Every method may be called from any thread. */
public interface MemberView {

  /** Whether a leader is known. */
  boolean hasLeader();

  /** Whether this member is a learner. */
  boolean isLearner();

  /** Active alarms of any member: {@code NOSPACE}, {@code CORRUPT}. */
  List<String> alarms();

  /**
   * Reads one key with root's rights, as a health check does.
   *
   * @param serializable from this member's state alone; otherwise linearizable, through the leader
   * @return completes when the read succeeded; fails with the error's text after the request
   *     timeout at the latest
   */
  CompletionStage<Void> read(boolean serializable);

  /** A picture of consensus; null before the member has started. */
  @Nullable Status raftStatus();

  /** Whether calls need a user. */
  boolean authEnabled();

  /** The cluster's version, {@code not_decided} before it is known. */
  String clusterVersion();

  /** The version of the stored data, {@code unknown} before it is known. */
  String storageVersion();
}
