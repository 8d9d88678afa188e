package dev.keelson.server.listen;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.keelson.server.listen.FirstBytes.Protocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** A verdict on the first bytes is the same however they arrive, and it comes soon. */
class FirstBytesFuzzTest {

  private static final int ENOUGH = 24;

  @FuzzTest(maxDuration = "1m")
  void verdictsStand(byte[] bytes) {
    Protocol verdict = Protocol.UNDECIDED;
    for (int length = 0; length <= bytes.length; length++) {
      ByteBuf arrived = Unpooled.wrappedBuffer(bytes, 0, length);
      Protocol now = FirstBytes.judge(arrived);
      if (arrived.readableBytes() != length) {
        throw new IllegalStateException("bytes were consumed");
      }
      if (verdict != Protocol.UNDECIDED && now != verdict) {
        throw new IllegalStateException(verdict + " became " + now + " at " + length);
      }
      if (now == Protocol.UNDECIDED && length >= ENOUGH) {
        throw new IllegalStateException("undecided after " + length);
      }
      verdict = now;
    }
  }
}
