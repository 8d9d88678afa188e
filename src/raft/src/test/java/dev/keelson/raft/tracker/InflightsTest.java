package dev.keelson.raft.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The ring against a queue. */
final class InflightsTest {
  private record Sent(long lastIndex, long bytes) {}

  @Property(tries = 200)
  void countsAsAQueueDoes(
      @ForAll @Size(max = 200) List<@IntRange(min = -40, max = 60) Integer> steps,
      @ForAll @IntRange(min = 1, max = 40) int maxMessages,
      @ForAll @IntRange(max = 300) int maxBytes) {
    Inflights ring = new Inflights(maxMessages, maxBytes);
    ArrayDeque<Sent> queue = new ArrayDeque<>();
    long next = 1;
    for (int step : steps) {
      if (step > 0 && !ring.isFull()) {
        ring.add(next, step);
        queue.add(new Sent(next, step));
        next++;
      } else if (step <= 0) {
        long acknowledged = next + step / 4;
        ring.freeUpTo(acknowledged);
        queue.removeIf(sent -> sent.lastIndex() <= acknowledged);
      }
      long bytes = queue.stream().mapToLong(Sent::bytes).sum();
      assertThat(ring.count()).isEqualTo(queue.size());
      assertThat(ring.bytes()).isEqualTo(bytes);
      assertThat(ring.isFull())
          .isEqualTo(queue.size() == maxMessages || (maxBytes > 0 && bytes >= maxBytes));
    }
  }

  @Test
  void aFullWindowTakesNothing() {
    Inflights ring = new Inflights(1, 0);
    ring.add(5, 10);
    assertThatThrownBy(() -> ring.add(6, 10))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("6");
  }
}
