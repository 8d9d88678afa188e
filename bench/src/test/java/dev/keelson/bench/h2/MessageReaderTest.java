package dev.keelson.bench.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageReaderTest {
  private final List<String> messages = new ArrayList<>();
  private final Call call =
      new Call(
          new CallListener() {
            @Override
            public void onMessage(Call c, byte[] bytes, int offset, int length) {
              messages.add(new String(bytes, offset, length, StandardCharsets.US_ASCII));
            }

            @Override
            public void onClose(Call c, int status, @Nullable String message) {}
          });

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 11, 1000})
  void messagesAreTheSameHoweverTheyAreCut(int step) {
    byte[] stream = framed("hello", "", "a longer message", "x");
    for (int at = 0; at < stream.length; at += step) {
      call.reader().accept(call, stream, at, Math.min(step, stream.length - at));
    }
    assertThat(messages).containsExactly("hello", "", "a longer message", "x");
    assertThat(call.reader().atBoundary()).isTrue();
  }

  @Test
  void anUnfinishedMessageIsNoticed() {
    byte[] stream = framed("hello");
    call.reader().accept(call, stream, 0, stream.length - 1);
    assertThat(messages).isEmpty();
    assertThat(call.reader().atBoundary()).isFalse();
  }

  @Test
  void compressionIsRefused() {
    byte[] stream = framed("hello");
    stream[0] = 1;
    assertThatThrownBy(() -> call.reader().accept(call, stream, 0, stream.length))
        .hasMessageContaining("compressed");
  }

  private static byte[] framed(String... texts) {
    ByteBuffer out = ByteBuffer.allocate(1000);
    for (String text : texts) {
      out.put((byte) 0).putInt(text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
    }
    byte[] bytes = new byte[out.flip().remaining()];
    out.get(bytes);
    return bytes;
  }
}
