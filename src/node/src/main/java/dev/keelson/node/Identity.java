package dev.keelson.node;

import dev.keelson.proto.membershippb.Member;
import java.util.List;

/**
 * Who a member without data is going to be.
 *
 * @param founders the members that a new cluster begins with, by ascending id; empty for a member
 *     that joins and gets everything from the others
 */
record Identity(long clusterId, long memberId, List<Member> founders) {}
