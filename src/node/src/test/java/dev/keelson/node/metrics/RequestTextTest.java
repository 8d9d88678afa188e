package dev.keelson.node.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.AuthUserAddRequest;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import org.junit.jupiter.api.Test;

class RequestTextTest {

  @Test
  void keysAreShownAndValuesAreMeasured() {
    PutRequest put =
        PutRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8("k\n"))
            .setValue(ByteString.copyFromUtf8("a secret"))
            .build();
    assertThat(
            RequestText.of(
                InternalRaftRequest.newBuilder()
                    .setTxn(
                        TxnRequest.newBuilder()
                            .addSuccess(RequestOp.newBuilder().setRequestPut(put)))
                    .build()))
        .isEqualTo("txn:<success:<request_put:<key:\"k\\n\" value_size:8 > > >");
  }

  @Test
  void passwordsAreLeftOut() {
    assertThat(
            RequestText.of(
                AuthUserAddRequest.newBuilder()
                    .setName("ann")
                    .setPassword("pw")
                    .setHashedPassword("hash")
                    .build()))
        .isEqualTo("name:ann");
  }

  @Test
  void longRequestsAreCut() {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    for (int i = 0; i < 1000; i++) {
      txn.addSuccess(
          RequestOp.newBuilder()
              .setRequestPut(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("key" + i))));
    }
    assertThat(RequestText.of(txn.build())).hasSizeLessThan(2100).endsWith("...");
  }
}
