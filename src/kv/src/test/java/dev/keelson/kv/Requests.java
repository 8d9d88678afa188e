package dev.keelson.kv;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.Compare.CompareResult;
import dev.keelson.proto.etcdserverpb.Compare.CompareTarget;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import java.nio.charset.StandardCharsets;

/** Short ways to write requests down. */
public final class Requests {
  /** The range_end that means "all keys from here on". */
  public static final String OPEN = "\0";

  private Requests() {}

  public static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  public static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  public static PutRequest.Builder put(String key, String value) {
    return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value));
  }

  public static DeleteRangeRequest.Builder delete(String key) {
    return DeleteRangeRequest.newBuilder().setKey(bytes(key));
  }

  public static DeleteRangeRequest.Builder delete(String key, String end) {
    return delete(key).setRangeEnd(bytes(end));
  }

  public static RangeRequest.Builder range(String key) {
    return RangeRequest.newBuilder().setKey(bytes(key));
  }

  public static RangeRequest.Builder range(String key, String end) {
    return range(key).setRangeEnd(bytes(end));
  }

  public static RangeRequest.Builder everything() {
    return range(OPEN, OPEN);
  }

  public static Compare.Builder compare(String key, CompareTarget target, CompareResult result) {
    return Compare.newBuilder().setKey(bytes(key)).setTarget(target).setResult(result);
  }

  public static RequestOp op(PutRequest.Builder put) {
    return RequestOp.newBuilder().setRequestPut(put).build();
  }

  public static RequestOp op(DeleteRangeRequest.Builder delete) {
    return RequestOp.newBuilder().setRequestDeleteRange(delete).build();
  }

  public static RequestOp op(RangeRequest.Builder range) {
    return RequestOp.newBuilder().setRequestRange(range).build();
  }

  public static RequestOp op(TxnRequest.Builder txn) {
    return RequestOp.newBuilder().setRequestTxn(txn).build();
  }

  /** A transaction without compares: its operations are the success branch. */
  public static TxnRequest.Builder txn(RequestOp... ops) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (RequestOp op : ops) {
      txn.addSuccess(op);
    }
    return txn;
  }

  public static InternalRaftRequest entry(PutRequest.Builder put) {
    return InternalRaftRequest.newBuilder().setPut(put).build();
  }

  public static InternalRaftRequest entry(DeleteRangeRequest.Builder delete) {
    return InternalRaftRequest.newBuilder().setDeleteRange(delete).build();
  }

  public static InternalRaftRequest entry(TxnRequest.Builder txn) {
    return InternalRaftRequest.newBuilder().setTxn(txn).build();
  }

  public static InternalRaftRequest grant(long id, long ttlSeconds) {
    return InternalRaftRequest.newBuilder()
        .setLeaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(ttlSeconds))
        .build();
  }

  public static InternalRaftRequest revoke(long id) {
    return InternalRaftRequest.newBuilder()
        .setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(id))
        .build();
  }

  public static InternalRaftRequest compact(long revision) {
    return InternalRaftRequest.newBuilder()
        .setCompaction(CompactionRequest.newBuilder().setRevision(revision))
        .build();
  }

  public static InternalRaftRequest alarm(AlarmAction action, AlarmType type, long member) {
    return InternalRaftRequest.newBuilder()
        .setAlarm(AlarmRequest.newBuilder().setAction(action).setAlarm(type).setMemberID(member))
        .build();
  }
}
