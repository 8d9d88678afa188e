package dev.keelson.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.kv.error.KvError;
import dev.keelson.node.env.SystemEnvironment;
import dev.keelson.node.loop.Proposals;
import dev.keelson.node.loop.RequestIds;
import dev.keelson.node.loop.Standing;
import dev.keelson.node.metrics.MemberMetrics;
import dev.keelson.node.peer.Transport;
import dev.keelson.proto.peer.HashKvRequest;
import dev.keelson.proto.peer.HashKvResponse;
import dev.keelson.raft.Role;
import dev.keelson.raft.confchange.ConfState;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a leader of three asks the others, and what it makes of their answers. */
@Timeout(60)
class ComparisonsTest {
  @TempDir private Path folder;

  private final List<HashKvRequest> asked = new ArrayList<>();
  private final List<CompletableFuture<HashKvResponse>> answers = new ArrayList<>();

  private final Transport transport =
      (Transport)
          Proxy.newProxyInstance(
              Transport.class.getClassLoader(),
              new Class<?>[] {Transport.class},
              (_, method, arguments) -> {
                if (method.getName().equals("connectedMillis")) {
                  return 1L;
                }
                assertThat(method.getName()).isEqualTo("hashKv");
                asked.add((HashKvRequest) arguments[1]);
                CompletableFuture<HashKvResponse> answer = new CompletableFuture<>();
                answers.add(answer);
                return answer;
              });

  private final Proposals proposals =
      new Proposals(new RequestIds(7, 1), () -> 0, 7_000_000_000L, new Reason(), 1 << 20, () -> {});

  private final SystemEnvironment environment = new SystemEnvironment();
  private OpenState open;
  private Divergence divergence;

  private static final class Reason implements Proposals.TimeoutReason {
    @Override
    public void leaderElected() {}

    @Override
    public KvError of(long startNanos, long nowNanos) {
      return KvError.TIMED_OUT;
    }

    @Override
    public long graceNanos() {
      return 0;
    }
  }

  @BeforeEach
  void open() {
    MemberSettings settings = MemberSettings.standalone(folder.resolve("member"));
    open =
        new OpenState(
            settings,
            environment,
            new MemberMetrics(),
            () -> Bootstrap.found(settings),
            revision -> {});
    Standing standing = new Standing(3, 1, Role.LEADER, 9, 0, ConfState.ofVoters(1L, 2L, 3L));
    divergence =
        new Divergence(
            5,
            1,
            transport,
            new Digests(environment, 1, open.machine, () -> 10),
            open.machine.alarms(),
            proposals,
            () -> standing,
            () -> 9,
            open.machine.store().log());
  }

  @AfterEach
  void close() throws InterruptedException {
    environment.close();
    environment.pool().shutdown();
    assertThat(environment.pool().awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    open.close();
  }

  private static HashKvResponse hash(int hash, long compactRevision) {
    return HashKvResponse.newBuilder().setHash(hash).setCompactRevision(compactRevision).build();
  }

  private static HashKvResponse digest(String digest) {
    return HashKvResponse.newBuilder().setDigest(ByteString.copyFromUtf8(digest)).build();
  }

  /** All intervals are multiples of the one at which digests are compared. */
  @Test
  void whatBecomesDueAtTheSameTickIsAllCompared() {
    divergence.compareDigests();
    divergence.compareHashes();

    assertThat(asked).extracting(HashKvRequest::getIndex).containsExactly(9L, 9L, 0L, 0L);
  }

  @Test
  void aComparisonThatIsNotOverIsNotBegunAgain() {
    divergence.compareDigests();
    divergence.compareDigests();
    assertThat(asked).hasSize(2);

    answers.forEach(answer -> answer.complete(digest("same")));
    divergence.compareDigests();
    assertThat(asked).hasSize(4);
  }

  @Test
  void differentDigestsAreAccused() {
    divergence.compareDigests();
    answers.getFirst().complete(digest("one"));
    answers.getLast().complete(digest("other"));
    assertThat(proposals.waiting()).as("alarms").isEqualTo(1);
  }

  /** One has applied a compaction and the other is about to. */
  @Test
  void hashesOfDifferentCompactionsSayNothing() {
    divergence.compareHashes();
    answers.getFirst().complete(hash(17, 40));
    answers.getLast().complete(hash(18, 30));
    environmentSettles();
    assertThat(proposals.waiting()).as("alarms").isZero();

    divergence.compareHashes();
    answers.get(2).complete(hash(17, 40));
    answers.get(3).complete(hash(18, 40));
    environmentSettles();
    assertThat(proposals.waiting()).as("alarms").isEqualTo(1);
  }

  /** The own hash is worked out by the pool, and what follows from it on the same thread. */
  private void environmentSettles() {
    int threads = Math.max(2, Runtime.getRuntime().availableProcessors()) + 1;
    CyclicBarrier all = new CyclicBarrier(threads);
    List<CompletableFuture<Void>> idle = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      idle.add(
          CompletableFuture.runAsync(
              () -> {
                try {
                  all.await();
                } catch (InterruptedException | BrokenBarrierException e) {
                  throw new IllegalStateException(e);
                }
              },
              environment.pool()));
    }
    idle.forEach(CompletableFuture::join);
  }
}
