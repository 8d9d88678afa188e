package dev.keelson.node.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ByteLinkTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final ByteLink link = new ByteLink(channel);

  ByteLinkTest() {
    channel.pipeline().addLast(link);
  }

  private static ByteBuf bytes(int from, int to) {
    ByteBuf bytes = Unpooled.buffer(to - from);
    for (int i = from; i < to; i++) {
      bytes.writeByte(i);
    }
    return bytes;
  }

  @Test
  void whatArrivesInPiecesIsReadAsOne() throws Exception {
    channel.writeInbound(bytes(0, 3), bytes(3, 3), bytes(3, 9));
    ByteBuffer head = ByteBuffer.allocate(4);
    link.read(head, 1000);
    assertThat(head.array()).containsExactly(0, 1, 2, 3);
    ByteBuffer rest = ByteBuffer.allocateDirect(5);
    link.read(rest, 1000);
    assertThat(rest.flip()).isEqualTo(ByteBuffer.wrap(new byte[] {4, 5, 6, 7, 8}));
  }

  @Test
  void theNetworkIsHeldBackWhileNobodyReads() throws Exception {
    ByteBuf large = Unpooled.buffer().writeZero(700_000);
    channel.writeInbound(large.copy());
    assertThat(channel.config().isAutoRead()).isTrue();
    channel.writeInbound(large);
    assertThat(channel.config().isAutoRead()).isFalse();
    link.read(ByteBuffer.allocate(1_000_000), 1000);
    assertThat(channel.config().isAutoRead()).isTrue();
    assertThat(large.refCnt()).isEqualTo(1);
    link.read(ByteBuffer.allocate(400_000), 1000);
    assertThat(large.refCnt()).isZero();
  }

  @Test
  void theThreadIsHeldBackWhileTheOtherEndTakesNothing() {
    assertThatThrownBy(
            () -> {
              channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
              link.awaitWritable(0);
            })
        .isInstanceOf(IOException.class)
        .hasMessage("the receiver does not get on");
  }

  @Test
  void anAnswerInBetweenEndsTheWaiting() throws Exception {
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    channel.writeInbound(bytes(0, 1));
    assertThat(link.awaitWritable(0)).isFalse();
  }

  @Test
  void silenceAndTheEndAreErrors() {
    assertThatThrownBy(() -> link.read(ByteBuffer.allocate(1), 0))
        .isInstanceOf(IOException.class)
        .hasMessage("nothing came for 0 s");
    channel.pipeline().fireExceptionCaught(new IOException("reset"));
    assertThat(channel.isOpen()).isFalse();
    assertThatThrownBy(() -> link.read(ByteBuffer.allocate(1), 1000))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("reset");
  }

  @Test
  void whatWasReadBeforeTheEndIsStillThere() throws Exception {
    channel.writeInbound(bytes(7, 8));
    channel.close().syncUninterruptibly();
    ByteBuffer one = ByteBuffer.allocate(1);
    link.read(one, 1000);
    assertThat(one.get(0)).isEqualTo((byte) 7);
  }

  @Test
  void nothingIsKeptOnceItIsClosed() {
    ChannelHandlerContext context = channel.pipeline().context(link);
    ByteBuf before = bytes(0, 9);
    channel.writeInbound(before);
    link.close();
    assertThat(before.refCnt()).isZero();
    ByteBuf late = bytes(0, 9);
    link.channelRead(context, late);
    assertThat(late.refCnt()).isZero();
  }
}
