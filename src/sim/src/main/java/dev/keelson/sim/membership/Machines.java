package dev.keelson.sim.membership;

import dev.keelson.proto.etcdserverpb.Member;
import java.util.List;
import java.util.Set;

/** The machines, as an operator sees them. */
public interface Machines {
  /** A URL for a machine that does not exist yet. */
  String newUrl();

  /**
   * Sees to it that there is a machine for a member: sets up a new one, with an empty disk, if
   * there is none at its URL. Tells one that has not joined yet what the cluster consists of now.
   *
   * @param member who runs there
   * @param all who belongs to the cluster
   */
  void provide(Member member, List<Member> all);

  /** Switches off for good what runs none of these members. */
  void retireAllBut(Set<Long> members);

  /** Whether all machines run, so that one of them may be given up. */
  boolean allRun();

  /** A member's machine breaks for good. */
  void destroy(long member);
}
