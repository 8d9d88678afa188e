package dev.keelson.storage.backend.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.KvBackendContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class MemoryKvBackendTest extends KvBackendContract {
  @Override
  protected KvBackend create() {
    return MemoryKvBackend.create(FAMILIES);
  }

  @Override
  protected KvBackend crash(KvBackend crashed) {
    return ((MemoryKvBackend) crashed).crash();
  }

  @Override
  protected KvBackend reopen(KvBackend closed) {
    return ((MemoryKvBackend) closed).reopen();
  }

  @Override
  protected KvBackend openCheckpoint(Path directory) throws IOException {
    return MemoryKvBackend.open(directory, FAMILIES);
  }

  @Test
  void aFlushUnderWayIsLostInACrash() {
    Queue<Runnable> flushes = new ArrayDeque<>();
    AtomicBoolean done = new AtomicBoolean();
    MemoryKvBackend slow = MemoryKvBackend.create(FAMILIES, flushes::add);
    backend = slow;
    put(POINT, "a", "1");
    slow.startFlush(() -> done.set(true));
    MemoryKvBackend restarted = slow.crash();
    flushes.remove().run();
    assertThat(done).isFalse();
    assertThat(all(restarted, POINT)).isEmpty();
    assertThatThrownBy(() -> slow.get(POINT, bytes("a"))).hasMessageContaining("died");
  }

  @Test
  void anOlderFlushCompletedLateDoesNotTakeBackANewerOne() {
    Queue<Runnable> flushes = new ArrayDeque<>();
    MemoryKvBackend slow = MemoryKvBackend.create(FAMILIES, flushes::add);
    backend = slow;
    put(POINT, "a", "1");
    slow.startFlush(() -> {});
    put(POINT, "a", "2");
    slow.flush();
    flushes.remove().run();
    assertThat(all(slow.crash(), POINT)).containsExactly("a=2");
  }
}
