package dev.keelson.node.api;

import dev.keelson.proto.etcdserverpb.Member;

/** Members as clients and other members see them. */
public final class MemberMessages {
  private MemberMessages() {}

  /** The message of a record. */
  public static Member of(dev.keelson.proto.membershippb.Member member) {
    return Member.newBuilder()
        .setID(member.getID())
        .setName(member.getMemberAttributes().getName())
        .addAllPeerURLs(member.getRaftAttributes().getPeerUrlsList())
        .addAllClientURLs(member.getMemberAttributes().getClientUrlsList())
        .setIsLearner(member.getRaftAttributes().getIsLearner())
        .build();
  }
}
