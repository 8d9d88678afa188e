package dev.keelson.sim.check;

import com.google.protobuf.MessageLite;
import dev.keelson.proto.etcdserverpb.DeleteRangeResponse;
import dev.keelson.proto.etcdserverpb.PutResponse;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.ResponseOp;
import dev.keelson.proto.etcdserverpb.TxnResponse;
import org.jspecify.annotations.Nullable;

/** Takes the headers, which name the member and its term, off an answer. */
final class Headers {
  private Headers() {}

  static MessageLite without(@Nullable MessageLite response) {
    return switch (response) {
      case PutResponse put -> put.toBuilder().clearHeader().build();
      case DeleteRangeResponse delete -> delete.toBuilder().clearHeader().build();
      case RangeResponse range -> range.toBuilder().clearHeader().build();
      case TxnResponse txn -> without(txn);
      case null, default -> throw new IllegalArgumentException("no answer of a key-value request");
    };
  }

  private static TxnResponse without(TxnResponse txn) {
    TxnResponse.Builder bare = txn.toBuilder().clearHeader();
    for (ResponseOp.Builder op : bare.getResponsesBuilderList()) {
      switch (op.getResponseCase()) {
        case RESPONSE_PUT -> op.getResponsePutBuilder().clearHeader();
        case RESPONSE_DELETE_RANGE -> op.getResponseDeleteRangeBuilder().clearHeader();
        case RESPONSE_RANGE -> op.getResponseRangeBuilder().clearHeader();
        case RESPONSE_TXN, RESPONSE_NOT_SET -> {
          // not sent by the clients here
        }
      }
    }
    return bare.build();
  }
}
