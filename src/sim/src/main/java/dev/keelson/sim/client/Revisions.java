package dev.keelson.sim.client;

import com.google.protobuf.MessageLite;
import dev.keelson.proto.etcdserverpb.DeleteRangeResponse;
import dev.keelson.proto.etcdserverpb.PutResponse;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.TxnResponse;

/** The revision that an answer to a key-value request names. */
public final class Revisions {
  private Revisions() {}

  /** 0 for any other answer. */
  public static long of(MessageLite response) {
    return switch (response) {
      case PutResponse put -> put.getHeader().getRevision();
      case DeleteRangeResponse delete -> delete.getHeader().getRevision();
      case TxnResponse txn -> txn.getHeader().getRevision();
      case RangeResponse range -> range.getHeader().getRevision();
      default -> 0;
    };
  }
}
