package dev.keelson.server.it;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.RangeStreamResponse;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.StatusRequest;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.etcdserverpb.TxnResponse;
import dev.keelson.proto.mvccpb.KeyValue;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The requests that API servers send, in the forms in which they send them. */
final class StorageClient {
  /** The key by which several API servers agree on who compacts. */
  static final ByteString COMPACT_KEY = ByteString.copyFromUtf8("compact_rev_key");

  private static final long CALL_SECONDS = 30;

  private final ManagedChannel channel;

  StorageClient(ManagedChannel channel) {
    this.channel = channel;
  }

  private KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  /** The end of all keys that begin with a text whose last character is a slash. */
  static ByteString end(String prefix) {
    return bytes(prefix.substring(0, prefix.length() - 1) + '0');
  }

  /** If there is no such key, put it; there is nothing to do otherwise. */
  TxnResponse create(String key, String value, long lease) {
    return kv().txn(
            TxnRequest.newBuilder()
                .addCompare(modRevision(bytes(key), 0))
                .addSuccess(put(bytes(key), bytes(value), lease))
                .build());
  }

  /** If nobody changed it since, put it, otherwise read it. */
  TxnResponse update(String key, long modRevision, String value) {
    return kv().txn(
            TxnRequest.newBuilder()
                .addCompare(modRevision(bytes(key), modRevision))
                .addSuccess(put(bytes(key), bytes(value), 0))
                .addFailure(read(bytes(key)))
                .build());
  }

  /** If nobody changed it since, delete it, otherwise read it. */
  TxnResponse delete(String key, long modRevision) {
    return kv().txn(
            TxnRequest.newBuilder()
                .addCompare(modRevision(bytes(key), modRevision))
                .addSuccess(
                    RequestOp.newBuilder()
                        .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(bytes(key))))
                .addFailure(read(bytes(key)))
                .build());
  }

  private static Compare.Builder modRevision(ByteString key, long revision) {
    return Compare.newBuilder()
        .setKey(key)
        .setTarget(Compare.CompareTarget.MOD)
        .setResult(Compare.CompareResult.EQUAL)
        .setModRevision(revision);
  }

  private static RequestOp.Builder put(ByteString key, ByteString value, long lease) {
    return RequestOp.newBuilder()
        .setRequestPut(PutRequest.newBuilder().setKey(key).setValue(value).setLease(lease));
  }

  private static RequestOp.Builder read(ByteString key) {
    return RequestOp.newBuilder().setRequestRange(RangeRequest.newBuilder().setKey(key));
  }

  /** Everything below a prefix; revision 0 is now. */
  RangeResponse list(String prefix, long revision) {
    return kv().range(range(prefix, revision).build());
  }

  private static RangeRequest.Builder range(String prefix, long revision) {
    return RangeRequest.newBuilder()
        .setKey(bytes(prefix))
        .setRangeEnd(end(prefix))
        .setRevision(revision);
  }

  /** The next page after a key, at the revision of the first page. */
  RangeResponse page(String prefix, ByteString after, int limit, long revision) {
    RangeRequest.Builder request = range(prefix, revision).setLimit(limit);
    if (!after.isEmpty()) {
      request.setKey(after.concat(ByteString.copyFrom(new byte[1])));
    }
    return kv().range(request.build());
  }

  long count(String prefix) {
    return kv().range(range(prefix, 0).setCountOnly(true).build()).getCount();
  }

  /** What a read now would have to show: one key at most, for the sake of the header. */
  long currentRevision(String prefix) {
    return kv().range(range(prefix, 0).setLimit(1).build()).getHeader().getRevision();
  }

  /** By the stream where the server has it, by pages where it has not. */
  List<KeyValue> listLarge(String prefix, long revision) {
    try {
      RangeResponse.Builder whole = RangeResponse.newBuilder();
      Iterator<RangeStreamResponse> chunks = kv().rangeStream(range(prefix, revision).build());
      chunks.forEachRemaining(chunk -> whole.mergeFrom(chunk.getRangeResponse()));
      return whole.getKvsList();
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.UNIMPLEMENTED) {
        throw e;
      }
      return listInPages(prefix, revision);
    }
  }

  private List<KeyValue> listInPages(String prefix, long revision) {
    List<KeyValue> rows = new ArrayList<>();
    RangeResponse page;
    do {
      ByteString after = rows.isEmpty() ? ByteString.EMPTY : rows.getLast().getKey();
      page = page(prefix, after, 1000, revision);
      rows.addAll(page.getKvsList());
    } while (page.getMore());
    return rows;
  }

  long grant(long seconds) {
    return LeaseGrpc.newBlockingStub(channel)
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
        .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(seconds).build())
        .getID();
  }

  /**
   * One turn of the compaction protocol: who knows the key's version writes it and may compact, the
   * others learn the version and the revision from the answer.
   */
  TxnResponse claimCompaction(long version, long revision) {
    return kv().txn(
            TxnRequest.newBuilder()
                .addCompare(
                    Compare.newBuilder()
                        .setKey(COMPACT_KEY)
                        .setTarget(Compare.CompareTarget.VERSION)
                        .setResult(Compare.CompareResult.EQUAL)
                        .setVersion(version))
                .addSuccess(put(COMPACT_KEY, bytes(Long.toString(revision)), 0))
                .addFailure(read(COMPACT_KEY))
                .build());
  }

  void compact(long revision) {
    var _ = kv().compact(CompactionRequest.newBuilder().setRevision(revision).build());
  }

  /** What API servers look for before they rely on progress on request. */
  String version() {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
        .status(StatusRequest.getDefaultInstance())
        .getVersion();
  }
}
