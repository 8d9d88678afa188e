package dev.keelson.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.kv.ApplyListener;
import dev.keelson.kv.StateMachine;
import dev.keelson.kv.lease.Leases;
import dev.keelson.kv.mvcc.Families;
import dev.keelson.node.metrics.MemberMetrics;
import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.storage.backend.memory.MemoryKvBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever waits for a compaction is told, also if a snapshot takes the state's place meanwhile. */
class HousekeepingTest {
  @TempDir private Path folder;

  private final Queue<Runnable> flushes = new ArrayDeque<>();
  private final MemoryKvBackend backend = MemoryKvBackend.create(Families.ALL, flushes::add);
  private final StateMachine state = machine(backend);
  private final List<String> told = new ArrayList<>();
  private final Housekeeping housekeeping =
      new Housekeeping(
          state,
          backend,
          (_, _, _) -> {},
          MemberSettings.standalone(Path.of("unused")),
          () -> 0,
          () -> 0,
          new MemberMetrics().store,
          _ -> {});

  private static StateMachine machine(MemoryKvBackend backend) {
    return new StateMachine(
        backend,
        new Leases(backend),
        new ApplyListener() {
          @Override
          public void leaseGranted(Leases.Granted lease) {}

          @Override
          public void leaseRevoked(long id) {}

          @Override
          public void compacted(long revision) {}
        });
  }

  @AfterEach
  void close() {
    state.close();
    backend.close();
  }

  private static void fill(StateMachine machine, int entries) {
    for (int i = 1; i <= entries; i++) {
      PutRequest put = PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();
      machine.apply(i, 1, InternalRaftRequest.newBuilder().setPut(put).build());
    }
    machine.commit();
  }

  private static void compact(StateMachine machine, long index, long revision) {
    CompactionRequest request = CompactionRequest.newBuilder().setRevision(revision).build();
    machine.apply(index, 1, InternalRaftRequest.newBuilder().setCompaction(request).build());
    machine.commit();
  }

  private void replaceByNewer() throws IOException {
    MemoryKvBackend newer = MemoryKvBackend.create(Families.ALL);
    try (StateMachine machine = machine(newer)) {
      fill(machine, 20);
      newer.checkpoint(folder.resolve("newer"));
    }
    newer.close();
    backend.replaceContents(folder.resolve("newer"));
    state.reload();
    housekeeping.replaced();
  }

  private void completeFlushes() {
    for (Runnable flush; (flush = flushes.poll()) != null; ) {
      flush.run();
    }
  }

  @Test
  void whileItsFlushWasUnderWay() throws IOException {
    fill(state, 5);
    housekeeping.afterCompaction(() -> told.add("compacted"));
    assertThat(flushes).hasSize(1);
    replaceByNewer();
    completeFlushes();
    assertThat(told).containsExactly("compacted");
  }

  @Test
  void whileItWasCarriedOut() throws IOException {
    fill(state, 5);
    compact(state, 6, 4);
    housekeeping.afterCompaction(() -> told.add("compacted"));
    assertThat(flushes).isEmpty();
    replaceByNewer();
    completeFlushes();
    assertThat(told).containsExactly("compacted");
  }

  @Test
  void onceIfASnapshotComesLater() throws IOException {
    fill(state, 5);
    housekeeping.afterCompaction(() -> told.add("compacted"));
    completeFlushes();
    replaceByNewer();
    completeFlushes();
    assertThat(told).containsExactly("compacted");
  }
}
