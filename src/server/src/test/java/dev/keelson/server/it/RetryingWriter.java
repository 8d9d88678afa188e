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
import java.util.function.Function;

/**
 * Writes key after key through one member and reads each through the next; what is unavailable is
 * tried again at another, anything else is noted as a failure, and so is a write that a read does
 * not see.
 */
final class RetryingWriter implements AutoCloseable {
  private static final int THREADS = 4;
  private static final long CALL_SECONDS = 15;
  private static final long PROGRESS_SECONDS = 90;

  private final List<ManagedChannel> channels;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong next = new AtomicLong();
  private final Set<Long> acknowledged = new ConcurrentSkipListSet<>();
  private final Queue<Status> refusals = new ConcurrentLinkedQueue<>();
  private volatile boolean stopping;

  /** Begins to write through these channels, which are closed at the end. */
  RetryingWriter(List<ManagedChannel> channels) {
    this.channels = List.copyOf(channels);
    for (int i = 0; i < THREADS; i++) {
      int first = i;
      threads.add(Thread.ofPlatform().daemon().start(() -> write(first)));
    }
  }

  static RetryingWriter through(List<ServerProcess> members) {
    return new RetryingWriter(members.stream().map(Servers::connect).toList());
  }

  private void write(int first) {
    int at = first;
    while (!stopping) {
      long number = next.incrementAndGet();
      PutRequest put = PutRequest.newBuilder().setKey(key(number)).build();
      at = untilDone(at, kv -> kv.put(put));
      if (!stopping) {
        acknowledged.add(number);
        at = untilDone(at + 1, kv -> read(kv, number));
      }
    }
  }

  /** Whatever was acknowledged is seen by every linearizable read after it, through any member. */
  private long read(KVGrpc.KVBlockingStub kv, long number) {
    long found = kv.range(RangeRequest.newBuilder().setKey(key(number)).build()).getCount();
    if (found != 1) {
      refusals.add(Status.DATA_LOSS.withDescription("not found after its write: " + number));
    }
    return found;
  }

  /** Asks one member after the other until one answers; returns which. */
  private int untilDone(int first, Function<KVGrpc.KVBlockingStub, Object> call) {
    int at = first;
    while (!done(channels.get(at % channels.size()), call) && !stopping) {
      at++;
    }
    return at;
  }

  private boolean done(ManagedChannel channel, Function<KVGrpc.KVBlockingStub, Object> call) {
    try {
      var _ =
          call.apply(
              KVGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS));
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
