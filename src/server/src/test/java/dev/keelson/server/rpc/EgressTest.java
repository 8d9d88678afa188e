package dev.keelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class EgressTest {
  private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
  private final Egress egress = new Egress(channel.pipeline().firstContext(), () -> {});

  /** Hears nothing. */
  private static final class Deaf implements Output.Owner {
    @Override
    public void ready() {}

    @Override
    public void sent(int bytes) {}

    @Override
    public void ended() {}

    @Override
    public void broken(Throwable why) {}
  }

  @Test
  void callsThatAreCancelledWhileTheyWaitForTheConnectionsWindowAreForgotten() throws IOException {
    egress.spend(Frames.DEFAULT_WINDOW);
    for (int id = 1; id < 100; id += 2) {
      Output output = new Output(id, Frames.DEFAULT_WINDOW, egress, new Deaf());
      output.send(new ByteArrayInputStream(new byte[100]));
      assertThat(egress.waiting()).isOne();
      output.close();
      assertThat(egress.waiting()).isZero();
    }
    channel.finishAndReleaseAll();
  }

  @Test
  void aCommandThatFailsHoldsNobodyUp() {
    egress.onLoopLater(
        () -> {
          throw new IllegalStateException("a bug");
        });
    egress.onLoopLater(() -> egress.ping(0, 1));
    channel.runPendingTasks();
    assertThatThrownBy(channel::checkException).hasMessage("a bug");
    channel.runPendingTasks();
    ByteBuf first = channel.readOutbound();
    assertThat(first.getByte(3)).isEqualTo(Frames.PING);
    first.release();
    egress.onLoopLater(() -> egress.ping(0, 2));
    channel.runPendingTasks();
    ByteBuf second = channel.readOutbound();
    assertThat(second.getByte(3)).isEqualTo(Frames.PING);
    second.release();
    channel.finishAndReleaseAll();
  }
}
