package dev.keelson.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.error.KvError;
import dev.keelson.node.env.Cancellable;
import dev.keelson.node.env.Environment;
import dev.keelson.node.loop.Proposals;
import dev.keelson.node.loop.RequestIds;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PublicationTest {
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final List<Long> delays = new ArrayList<>();
  private final List<Runnable> timers = new ArrayList<>();

  private final Environment environment =
      (Environment)
          Proxy.newProxyInstance(
              Environment.class.getClassLoader(),
              new Class<?>[] {Environment.class},
              (_, method, arguments) -> {
                assertThat(method.getName()).isEqualTo("every");
                delays.add((Long) arguments[0]);
                timers.add((Runnable) arguments[1]);
                return (Cancellable) timers::clear;
              });

  private final Proposals proposals =
      new Proposals(new RequestIds(7, 1), () -> 0, 7_000_000_000L, new Reason(), 1 << 20, () -> {});

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

  /** The first one may go to a leader whose stream does not stand yet. */
  @Test
  void itIsProposedAgainAfterEachElectionTimeoutUntilTheMemberIsReady() {
    MemberSettings settings = MemberSettings.standalone(Path.of("unused"));
    new Publication(settings, 7, proposals, ready).begin(environment);
    assertThat(proposals.waiting()).isEqualTo(1);
    assertThat(delays).containsExactly((long) settings.electionMillis());
    timers.getFirst().run();
    assertThat(proposals.waiting()).isEqualTo(2);
    assertThat(ready).isNotDone();
    ready.complete(null);
    assertThat(timers).isEmpty();
  }
}
