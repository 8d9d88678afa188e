package dev.keelson.node.api.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.DeleteRangeResponse;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.ResponseHeader;
import dev.keelson.proto.etcdserverpb.ResponseOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.etcdserverpb.TxnResponse;
import dev.keelson.proto.mvccpb.KeyValue;
import dev.keelson.proto.v3electionpb.CampaignRequest;
import dev.keelson.proto.v3lockpb.LockRequest;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A caller that goes while its key is being written: the store has the key, the recipe not yet. */
@Timeout(60)
class InterruptedEntryTest {
  private static final ByteString KEY = ByteString.copyFromUtf8("name/20");

  private final SlowKv kv = new SlowKv();
  private final Session session =
      new Session(
          new LocalServices(List.of(kv.bindService())),
          new Caller(new Metadata(), Attributes.EMPTY, null));
  private final CompletableFuture<Exception> ended = new CompletableFuture<>();

  @Test
  void aLockLeavesTheQueueAgain() throws Exception {
    LockRequest request =
        LockRequest.newBuilder().setName(ByteString.copyFromUtf8("name")).setLease(32).build();
    interruptInEntry(() -> LockRecipe.lock(request, session, message -> {}));
    assertThat(kv.removed.take()).isEqualTo(KEY);
    assertThat(ended.get()).isInstanceOf(InterruptedException.class);
  }

  @Test
  void aCandidateLeavesTheElectionAgain() throws Exception {
    CampaignRequest request =
        CampaignRequest.newBuilder().setName(ByteString.copyFromUtf8("name")).setLease(32).build();
    interruptInEntry(() -> ElectionRecipe.campaign(request, session, message -> {}));
    kv.entering.take().complete(TxnResponse.newBuilder().setSucceeded(true).build());
    assertThat(kv.removed.take()).isEqualTo(KEY);
    assertThat(ended.get()).isInstanceOf(InterruptedException.class);
  }

  @Test
  void aCandidateWhoChangesItsValueLeavesTheElectionAgain() throws Exception {
    CampaignRequest request =
        CampaignRequest.newBuilder()
            .setName(ByteString.copyFromUtf8("name"))
            .setLease(32)
            .setValue(ByteString.copyFromUtf8("new"))
            .build();
    Thread candidate = start(() -> ElectionRecipe.campaign(request, session, message -> {}));
    KeyValue own =
        KeyValue.newBuilder().setCreateRevision(5).setValue(ByteString.copyFromUtf8("old")).build();
    kv.entering
        .take()
        .complete(
            TxnResponse.newBuilder()
                .addResponses(
                    ResponseOp.newBuilder()
                        .setResponseRange(RangeResponse.newBuilder().addKvs(own)))
                .build());
    var _ = kv.entering.take(); // the new value is being proclaimed
    candidate.interrupt();
    kv.entering.take().complete(TxnResponse.newBuilder().setSucceeded(true).build());
    assertThat(kv.removed.take()).isEqualTo(KEY);
    assertThat(ended.get()).isInstanceOf(InterruptedException.class);
  }

  /** Interrupts the recipe while its first transaction is under way, then answers that. */
  private void interruptInEntry(Recipe recipe) throws InterruptedException {
    Thread thread = start(recipe);
    CompletableFuture<TxnResponse> answer = kv.entering.take();
    thread.interrupt();
    ResponseOp older =
        ResponseOp.newBuilder()
            .setResponseRange(
                RangeResponse.newBuilder().addKvs(KeyValue.newBuilder().setCreateRevision(3)))
            .build();
    answer.complete(
        TxnResponse.newBuilder()
            .setHeader(ResponseHeader.newBuilder().setRevision(7))
            .setSucceeded(true)
            .addResponses(ResponseOp.getDefaultInstance())
            .addResponses(older)
            .build());
  }

  private Thread start(Recipe recipe) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                recipe.run();
                ended.completeExceptionally(new AssertionError("it was not interrupted"));
              } catch (Exception e) {
                ended.complete(e);
              }
            });
  }

  private interface Recipe {
    void run() throws Exception;
  }

  /** A store that answers a transaction when the test says so. */
  private static final class SlowKv extends KVGrpc.KVImplBase {
    final BlockingQueue<CompletableFuture<TxnResponse>> entering = new LinkedBlockingQueue<>();
    final BlockingQueue<ByteString> removed = new LinkedBlockingQueue<>();

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> out) {
      if (request.getSuccess(0).hasRequestDeleteRange()) {
        removed.add(request.getSuccess(0).getRequestDeleteRange().getKey());
      }
      CompletableFuture<TxnResponse> answer = new CompletableFuture<>();
      var _ = answer.thenAccept(response -> answer(out, response));
      entering.add(answer);
    }

    @Override
    public void deleteRange(DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> out) {
      removed.add(request.getKey());
      answer(out, DeleteRangeResponse.getDefaultInstance());
    }

    private static <T> void answer(StreamObserver<T> out, T response) {
      out.onNext(response);
      out.onCompleted();
    }
  }
}
