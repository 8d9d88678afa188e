package dev.keelson.node.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.error.KvError;
import dev.keelson.node.loop.ReadBarrier;
import io.netty.util.concurrent.DefaultEventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplyTest {
  private final DefaultEventExecutor loop = new DefaultEventExecutor();

  private Executor current() throws Exception {
    return loop.submit(Reply::currentLoop).get();
  }

  @Test
  void answersAreGivenOnTheLoopOfTheirConnection() throws Exception {
    Executor executor = current();
    List<Boolean> inLoop = new ArrayList<>();
    executor.execute(() -> inLoop.add(loop.inEventLoop()));
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    assertThat(inLoop).containsExactly(true);
  }

  /** A member that stops fails its waiting reads after the connections have gone. */
  @Test
  void aReadWhoseConnectionHasEndedDoesNotFailWhoAnswersIt() throws Exception {
    ReadBarrier barrier = new ReadBarrier(() -> 0, 1, 1_000, () -> {});
    List<@Nullable KvError> answers = new ArrayList<>();
    barrier.await(current(), answers::add);
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    barrier.close();
    assertThat(answers).isEmpty();
    assertThat(barrier.failures()).isEqualTo(1);
  }
}
