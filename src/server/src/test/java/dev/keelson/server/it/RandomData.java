package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Fills a server with keys, versions, deletions, leases and a compaction, by a seed. */
final class RandomData {
  private static final int OPS_PER_TXN = 120;
  private static final int DEADLINE_SECONDS = 60;
  private static final int LEASES = 20;

  private final Random random;
  private final KVGrpc.KVBlockingStub kv;
  private final List<Long> leases = new ArrayList<>();

  RandomData(ManagedChannel channel, long seed) {
    random = new Random(seed);
    kv = KVGrpc.newBlockingStub(channel);
    for (int i = 0; i < LEASES; i++) {
      leases.add(
          LeaseGrpc.newBlockingStub(channel)
              .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(5000 + i).build())
              .getID());
    }
  }

  /** Writes so many keys, with a fifth as many later versions and deletions; then compacts. */
  void fill(int keys) {
    for (int i = 0; i < keys; i += OPS_PER_TXN) {
      txn(i, Math.min(keys, i + OPS_PER_TXN), 0);
    }
    for (int i = 0; i < keys / 5; i += OPS_PER_TXN) {
      int start = random.nextInt(Math.max(1, keys - OPS_PER_TXN));
      txn(start, Math.min(keys, start + OPS_PER_TXN), 5);
    }
    long compacted = txn(0, 3, 1);
    assertThat(
            kv.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .compact(
                    CompactionRequest.newBuilder()
                        .setRevision(compacted - keys / OPS_PER_TXN / 10)
                        .setPhysical(true)
                        .build())
                .hasHeader())
        .isTrue();
    for (int i = 0; i < 50; i++) {
      int start = random.nextInt(Math.max(1, keys - OPS_PER_TXN));
      txn(start, Math.min(keys, start + OPS_PER_TXN), 3);
    }
  }

  /** One transaction on a range of keys; one in {@code deleteOneIn} is deleted. */
  private long txn(int from, int to, int deleteOneIn) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (int i = from; i < to; i++) {
      ByteString key = key(i);
      if (deleteOneIn > 0 && random.nextInt(deleteOneIn) == 0) {
        txn.addSuccess(
            RequestOp.newBuilder()
                .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(key)));
      } else {
        byte[] value = new byte[random.nextInt(100) == 0 ? 5000 : random.nextInt(64)];
        random.nextBytes(value);
        txn.addSuccess(
            RequestOp.newBuilder()
                .setRequestPut(
                    PutRequest.newBuilder()
                        .setKey(key)
                        .setValue(ByteString.copyFrom(value))
                        .setLease(
                            random.nextInt(10) == 0 ? leases.get(random.nextInt(LEASES)) : 0)));
      }
    }
    return kv.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .txn(txn.build())
        .getHeader()
        .getRevision();
  }

  /** Keys of different lengths, some with zero and high bytes. */
  private static ByteString key(int number) {
    ByteString name = ByteString.copyFromUtf8("dir" + number % 7 + "/key" + number);
    return number % 13 == 0
        ? name.concat(ByteString.copyFrom(new byte[] {0, (byte) (number % 251), (byte) 0xff}))
        : name;
  }
}
