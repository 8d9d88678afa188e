package dev.keelson.node;

import java.io.Serial;

/** This member was removed from its cluster, for good: its process should end. */
public final class MemberRemovedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** What etcd says, and what to do about it. */
  static final String TEXT =
      "the member has been permanently removed from the cluster; data-dir used by this member must"
          + " be removed";

  MemberRemovedException() {
    super(TEXT);
  }
}
