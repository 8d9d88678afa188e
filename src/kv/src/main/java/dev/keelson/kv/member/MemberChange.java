package dev.keelson.kv.member;

import dev.keelson.proto.membershippb.Member;

/**
 * What the context of a membership entry says: etcd's {@code ConfigChangeContext}.
 *
 * @param member whom it is about
 * @param promotes whether a learner becomes a voter, rather than a new member being added
 * @param learnersMax how many learners there may be afterwards, as the proposing member is
 *     configured; {@link #NO_LIMIT} in entries of etcd, which judges by each member's own
 *     configuration and could come to different results. Part of the entry so that the log alone
 *     decides.
 */
public record MemberChange(Member member, boolean promotes, int learnersMax) {
  /** No limit is given. */
  public static final int NO_LIMIT = -1;
}
