package dev.keelson.operator.member;

import java.util.List;

/**
 * What a member says of itself.
 *
 * @param clusterId the cluster it belongs to
 * @param memberId its own ID
 * @param leaderId the leader it knows; 0 for none
 * @param learner whether it is a learner
 * @param version the server's version
 * @param raftIndex last committed index
 * @param appliedIndex last applied index
 * @param revision newest revision
 * @param dbSizeBytes size of its database
 * @param errors alarms and troubles as text
 */
public record MemberState(
    long clusterId,
    long memberId,
    long leaderId,
    boolean learner,
    String version,
    long raftIndex,
    long appliedIndex,
    long revision,
    long dbSizeBytes,
    List<String> errors) {
  /** Copies the list. */
  public MemberState {
    errors = List.copyOf(errors);
  }

  /** Without how far the log is, which says nothing about whether something is wrong. */
  MemberState settled() {
    return new MemberState(
        clusterId, memberId, leaderId, learner, version, 0, 0, revision, dbSizeBytes, errors);
  }

  boolean leads() {
    return memberId == leaderId;
  }
}
