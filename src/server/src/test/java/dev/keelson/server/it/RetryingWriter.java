package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.sim.process.ServerProcess;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes key after key through one member after another; what is unavailable is tried again at the
 * next, anything else is noted as a failure.
 */
final class RetryingWriter implements AutoCloseable {
  private static final int THREADS = 4;
  private static final long CALL_SECONDS = 15;
  private static final long PROGRESS_SECONDS = 90;

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong next = new AtomicLong();
  private final Set<Long> acknowledged = new ConcurrentSkipListSet<>();
  private final Queue<Status> refusals = new ConcurrentLinkedQueue<>();
  private volatile boolean stopping;

  RetryingWriter(List<ServerProcess> members) {
    members.forEach(member -> channels.add(Servers.connect(member)));
    for (int i = 0; i < THREADS; i++) {
      int first = i;
      threads.add(Thread.ofPlatform().daemon().start(() -> write(first)));
    }
  }

  private void write(int first) {
    int at = first;
    while (!stopping) {
      long key = next.incrementAndGet();
      while (!put(channels.get(at % channels.size()), key) && !stopping) {
        at++;
      }
    }
  }

  private boolean put(ManagedChannel channel, long key) {
    try {
      var _ =
          KVGrpc.newBlockingStub(channel)
              .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
              .put(PutRequest.newBuilder().setKey(key(key)).build());
      acknowledged.add(key);
      return true;
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
        refusals.add(e.getStatus());
      }
      channel.resetConnectBackoff();
      return false;
    }
  }

  private static ByteString key(long number) {
    return ByteString.copyFromUtf8("written/%010d".formatted(number));
  }

  /** Waits until this many more writes have been acknowledged. */
  void awaitAcknowledged(int more) throws InterruptedException {
    int goal = acknowledged.size() + more;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PROGRESS_SECONDS);
    while (acknowledged.size() < goal) {
      assertThat(System.nanoTime()).as("writes go on; refused: %s", refusals).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  void stop() throws InterruptedException {
    stopping = true;
    for (Thread thread : threads) {
      thread.join();
    }
  }

  List<Status> refusals() {
    return List.copyOf(refusals);
  }

  /** Everything that was acknowledged is read through this member. */
  void assertAllThere(ServerProcess member) {
    ManagedChannel channel = Servers.connect(member);
    try {
      RangeResponse found =
          KVGrpc.newBlockingStub(channel)
              .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
              .range(
                  RangeRequest.newBuilder()
                      .setKey(ByteString.copyFromUtf8("written/"))
                      .setRangeEnd(ByteString.copyFromUtf8("written0"))
                      .setKeysOnly(true)
                      .build());
      Set<String> keys = new ConcurrentSkipListSet<>();
      found.getKvsList().forEach(kv -> keys.add(kv.getKey().toStringUtf8()));
      assertThat(acknowledged)
          .allSatisfy(number -> assertThat(keys).contains(key(number).toStringUtf8()));
    } finally {
      channel.shutdownNow();
    }
  }

  /** Ends without waiting for what is under way. */
  @Override
  public void close() {
    stopping = true;
    channels.forEach(ManagedChannel::shutdownNow);
  }
}
