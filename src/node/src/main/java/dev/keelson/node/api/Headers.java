package dev.keelson.node.api;

import dev.keelson.proto.etcdserverpb.ResponseHeader;
import java.util.function.LongSupplier;

/**
 * Response headers of this member.
 *
 * @param clusterId the cluster
 * @param memberId the member that answers
 * @param term the member's current raft term
 * @param revision the newest revision of the store
 */
record Headers(long clusterId, long memberId, LongSupplier term, LongSupplier revision) {
  /** A header as a message. */
  ResponseHeader message(long revision) {
    return ResponseHeader.newBuilder()
        .setClusterId(clusterId)
        .setMemberId(memberId)
        .setRevision(revision)
        .setRaftTerm(term.getAsLong())
        .build();
  }

  /** A header with the store's revision at this moment. */
  ResponseHeader current() {
    return message(revision.getAsLong());
  }

  /** A header ready to be embedded. */
  WireWriter wire(long revision) {
    return new WireWriter()
        .int64(1, clusterId)
        .int64(2, memberId)
        .int64(3, revision)
        .int64(4, term.getAsLong());
  }
}
