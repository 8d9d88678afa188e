package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.proto.mvccpb.Event;
import dev.keelson.proto.mvccpb.KeyValue;
import dev.keelson.sim.process.ServerProcess;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One watch of a prefix of the store that goes on at the next member whenever its stream ends. Each
 * event must follow from what was there before; so a lost, repeated or reordered one is noticed.
 */
final class FollowedPrefix implements AutoCloseable {
  private static final long AGREE_SECONDS = 60;
  private static final long RECONNECT_MILLIS = 50;

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final ByteString prefix;
  private final ByteString end;
  private final Map<ByteString, KeyValue> rows =
      new TreeMap<>(ByteString.unsignedLexicographicalComparator());
  private final Queue<String> disorder = new ConcurrentLinkedQueue<>();
  private final AtomicInteger streams = new AtomicInteger();
  private long next;
  private int events;
  private volatile boolean closed;

  /** Begins with what is there. */
  FollowedPrefix(List<ServerProcess> members, String prefix) {
    members.forEach(member -> channels.add(Servers.connect(member)));
    this.prefix = ByteString.copyFromUtf8(prefix);
    // no key of these tests ends with the largest byte
    byte[] last = this.prefix.toByteArray();
    last[last.length - 1]++;
    this.end = ByteString.copyFrom(last);
    RangeResponse list = range();
    list.getKvsList().forEach(row -> rows.put(row.getKey(), row));
    this.next = list.getHeader().getRevision() + 1;
    open();
  }

  private RangeResponse range() {
    return KVGrpc.newBlockingStub(channels.getFirst())
        .withDeadlineAfter(AGREE_SECONDS, TimeUnit.SECONDS)
        .range(RangeRequest.newBuilder().setKey(prefix).setRangeEnd(end).build());
  }

  private void open() {
    ManagedChannel channel = channels.get(streams.getAndIncrement() % channels.size());
    channel.resetConnectBackoff();
    StreamObserver<WatchRequest> requests = WatchGrpc.newStub(channel).watch(new Stream());
    WatchCreateRequest create;
    synchronized (this) {
      create =
          WatchCreateRequest.newBuilder()
              .setKey(prefix)
              .setRangeEnd(end)
              .setStartRevision(next)
              .build();
    }
    requests.onNext(WatchRequest.newBuilder().setCreateRequest(create).build());
  }

  private final class Stream implements StreamObserver<WatchResponse> {
    @Override
    public void onNext(WatchResponse response) {
      if (response.getCanceled()) {
        disorder.add("canceled: " + response);
      }
      synchronized (FollowedPrefix.this) {
        response.getEventsList().forEach(FollowedPrefix.this::follow);
        if (response.getEventsCount() > 0) {
          next = response.getEvents(response.getEventsCount() - 1).getKv().getModRevision() + 1;
        }
      }
    }

    @Override
    public void onError(Throwable error) {
      if (closed) {
        return;
      }
      Status.Code code = Status.fromThrowable(error).getCode();
      if (code != Status.Code.UNAVAILABLE) {
        disorder.add("the stream ended with " + error);
      }
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  TimeUnit.MILLISECONDS.sleep(RECONNECT_MILLIS);
                  open();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
    }

    @Override
    public void onCompleted() {
      disorder.add("the stream ended by itself");
    }
  }

  private void follow(Event event) {
    events++;
    KeyValue now = event.getKv();
    KeyValue before =
        event.getType() == Event.EventType.DELETE
            ? rows.remove(now.getKey())
            : rows.put(now.getKey(), now);
    long version = before == null ? 0 : before.getVersion();
    boolean follows =
        event.getType() == Event.EventType.DELETE
            ? before != null
            : now.getVersion() == version + 1;
    if (now.getModRevision() < next || !follows) {
      disorder.add(event + " came after " + before + " with " + next + " next");
    }
  }

  /** Waits until what the events add up to is what a range says, and nothing was out of order. */
  void assertAgrees() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(AGREE_SECONDS);
    while (true) {
      assertThat(disorder).isEmpty();
      List<KeyValue> there = range().getKvsList();
      synchronized (this) {
        if (there.equals(List.copyOf(rows.values()))) {
          return;
        }
        assertThat(System.nanoTime())
            .as("%s rows followed, %s there", rows.size(), there.size())
            .isLessThan(deadline);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** How many events came, over how many streams. */
  synchronized String summary() {
    return events + " events over " + streams + " streams";
  }

  @Override
  public void close() {
    closed = true;
    channels.forEach(ManagedChannel::shutdownNow);
  }
}
