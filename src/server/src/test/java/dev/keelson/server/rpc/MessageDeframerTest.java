package dev.keelson.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class MessageDeframerTest {
  private final MessageDeframer deframer = new MessageDeframer(1000);

  private void receive(UnpooledByteBufAllocator allocator, byte[] bytes) {
    deframer.offer(Unpooled.wrappedBuffer(bytes));
    deframer.keep(allocator);
  }

  @Test
  void whatWasTakenDoesNotStayInMemoryThoughPartOfAMessageAlwaysWaits() throws Exception {
    UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    byte[] message = {0, 0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o'};
    receive(allocator, new byte[] {0, 0, 0});
    byte[] shifted = new byte[message.length];
    System.arraycopy(message, 3, shifted, 0, 7);
    System.arraycopy(message, 0, shifted, 7, 3);
    for (int i = 0; i < 100_000; i++) {
      receive(allocator, shifted); // before anybody asks for it
      ByteBuf taken = Objects.requireNonNull(deframer.next());
      assertThat(taken.readableBytes()).isEqualTo(5);
      assertThat(taken.getByte(4)).isEqualTo((byte) 'o');
      taken.release();
    }
    assertThat(allocator.metric().usedHeapMemory()).isLessThan(1000);
    deframer.close();
    assertThat(allocator.metric().usedHeapMemory()).isZero();
  }

  @Test
  void aMessageThatIsTooLargeIsThereAsSoonAsItSaysSo() {
    UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    receive(allocator, new byte[] {0, 0, 0, 3});
    assertThat(deframer.hasMessage()).isFalse();
    receive(allocator, new byte[] {(byte) 0xe9}); // 1001
    assertThat(deframer.hasMessage()).isTrue();
    deframer.close();
  }
}
