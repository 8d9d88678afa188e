package dev.keelson.node.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.error.KvError;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReadBarrierTest {
  private final List<@Nullable KvError> answers = new ArrayList<>();
  private final AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});

  /** Its clock is read where another thread may come in between. */
  private final ReadBarrier barrier =
      new ReadBarrier(
          () -> {
            meanwhile.getAndSet(() -> {}).run();
            return 0;
          },
          1,
          1000,
          () -> meanwhile.getAndSet(() -> {}).run());

  @Test
  void aReadThatIsAskedForWhileTheBarrierClosesIsRefused() {
    meanwhile.set(barrier::close);
    barrier.await(Runnable::run, answers::add);
    assertThat(answers).containsExactly(KvError.STOPPED);
  }

  /** The node loop has a last turn after the barrier was closed. */
  @Test
  void whatTheLastTurnFindsIsRefusedToo() {
    meanwhile.set(
        () -> {
          barrier.close();
          meanwhile.set(() -> barrier.send(_ -> 2));
        });
    barrier.await(Runnable::run, answers::add);
    assertThat(answers).containsExactly(KvError.STOPPED);
  }

  @Test
  void closingRefusesWhatWaitsForALeaderAndWhatWaitsForAnAnswer() {
    barrier.await(Runnable::run, answers::add);
    barrier.send(_ -> 2);
    barrier.await(Runnable::run, answers::add);
    barrier.send(_ -> 0);
    barrier.close();
    assertThat(answers).containsExactly(KvError.STOPPED, KvError.STOPPED);
  }
}
