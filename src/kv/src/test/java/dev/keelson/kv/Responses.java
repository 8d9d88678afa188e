package dev.keelson.kv;

import com.google.protobuf.ByteString;
import dev.keelson.kv.txn.OpResult;
import dev.keelson.kv.txn.OpResult.DeleteResult;
import dev.keelson.kv.txn.OpResult.PutResult;
import dev.keelson.kv.txn.OpResult.RangeResult;
import dev.keelson.kv.txn.OpResult.TxnResult;
import dev.keelson.proto.etcdserverpb.DeleteRangeResponse;
import dev.keelson.proto.etcdserverpb.PutResponse;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.ResponseHeader;
import dev.keelson.proto.etcdserverpb.ResponseOp;
import dev.keelson.proto.etcdserverpb.TxnResponse;

/** Results in the form of the API's messages, to compare and to print. */
final class Responses {
  private Responses() {}

  static ResponseHeader header(long revision) {
    return ResponseHeader.newBuilder().setRevision(revision).build();
  }

  static ResponseOp of(OpResult result) {
    ResponseOp.Builder op = ResponseOp.newBuilder();
    return switch (result) {
      case RangeResult range -> op.setResponseRange(of(range)).build();
      case PutResult put -> {
        PutResponse.Builder response = PutResponse.newBuilder().setHeader(header(put.revision()));
        byte[] previous = put.previous();
        if (previous != null) {
          response.setPrevKv(Machine.decode(ByteString.copyFrom(previous)));
        }
        yield op.setResponsePut(response).build();
      }
      case DeleteResult delete ->
          op.setResponseDeleteRange(
                  DeleteRangeResponse.newBuilder()
                      .setHeader(header(delete.revision()))
                      .setDeleted(delete.deleted())
                      .addAllPrevKvs(Machine.rows(delete.previous())))
              .build();
      case TxnResult txn -> {
        TxnResponse.Builder response =
            TxnResponse.newBuilder()
                .setHeader(header(txn.revision()))
                .setSucceeded(txn.succeeded());
        txn.responses().forEach(each -> response.addResponses(of(each)));
        yield op.setResponseTxn(response).build();
      }
    };
  }

  static RangeResponse of(RangeResult range) {
    return RangeResponse.newBuilder()
        .setHeader(header(range.revision()))
        .addAllKvs(Machine.rows(range.rows()))
        .setMore(range.more())
        .setCount(range.count())
        .build();
  }
}
