package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchProgressRequest;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.proto.mvccpb.Event;
import dev.keelson.proto.mvccpb.KeyValue;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A watch as API servers hold it: with previous values, a leader required, progress told and asked
 * for, and a cache that the events keep. It notes whatever breaks the order the cache relies on.
 */
final class StorageWatch implements AutoCloseable {
  private static final long WAIT_SECONDS = 60;
  private static final long ASK_MILLIS = 100;
  private static final Comparator<ByteString> ORDER =
      ByteString.unsignedLexicographicalComparator();

  private final Context.CancellableContext context = Context.current().withCancellation();
  private final NavigableMap<ByteString, KeyValue> cache = new TreeMap<>(ORDER);
  private final List<Event> events = new ArrayList<>();
  private final List<String> disorder = new ArrayList<>();
  private final StreamObserver<WatchRequest> requests;
  private long revision;
  private int told;
  private int answers;
  private @Nullable WatchResponse created;
  private @Nullable WatchResponse canceled;
  private @Nullable Status ended;

  /**
   * Begins after a revision.
   *
   * @param from what was listed at that revision
   */
  StorageWatch(ManagedChannel channel, String prefix, long after, List<KeyValue> from) {
    from.forEach(row -> cache.put(row.getKey(), row));
    revision = after;
    Metadata leader = new Metadata();
    leader.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
    WatchGrpc.WatchStub stub =
        WatchGrpc.newStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(leader));
    StreamObserver<WatchRequest>[] opened = newArray();
    context.run(() -> opened[0] = stub.watch(new Responses()));
    requests = opened[0];
    requests.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder()
                    .setKey(StorageClient.bytes(prefix))
                    .setRangeEnd(StorageClient.end(prefix))
                    .setStartRevision(after + 1)
                    .setPrevKv(true)
                    .setProgressNotify(true))
            .build());
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static StreamObserver<WatchRequest>[] newArray() {
    return new StreamObserver[1];
  }

  private final class Responses implements StreamObserver<WatchResponse> {
    @Override
    public void onNext(WatchResponse response) {
      receive(response);
    }

    @Override
    public void onError(Throwable error) {
      end(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
      end(Status.OK);
    }
  }

  private synchronized void receive(WatchResponse response) {
    if (response.getCanceled()) {
      canceled = response;
    } else if (response.getCreated()) {
      created = response;
    } else if (response.getEventsCount() > 0) {
      response.getEventsList().forEach(this::apply);
    } else {
      progress(response);
    }
    notifyAll();
  }

  private void progress(WatchResponse response) {
    long reached = response.getHeader().getRevision();
    if (reached < revision) {
      disorder.add("progress to " + reached + " after " + revision);
    }
    revision = Math.max(revision, reached);
    if (response.getWatchId() == -1) {
      answers++;
    } else {
      told++;
    }
  }

  /** An event at a revision that progress had reached would be one that came too late. */
  private void apply(Event event) {
    KeyValue now = event.getKv();
    if (now.getModRevision() < revision || (now.getModRevision() == revision && events.isEmpty())) {
      disorder.add("event at " + now.getModRevision() + " after " + revision);
    }
    revision = now.getModRevision();
    KeyValue before =
        event.getType() == Event.EventType.DELETE
            ? cache.remove(now.getKey())
            : cache.put(now.getKey(), now);
    if (!event.getPrevKv().equals(before == null ? KeyValue.getDefaultInstance() : before)) {
      disorder.add("event " + event + " but the cache had " + before);
    }
    events.add(event);
  }

  private synchronized void end(Status status) {
    ended = status;
    notifyAll();
  }

  private synchronized void await(String what, BooleanSupplier wanted, Runnable meanwhile)
      throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (!wanted.getAsBoolean()) {
      assertThat(System.nanoTime())
          .as("%s; at %s, %s events, %s, %s", what, revision, events.size(), canceled, ended)
          .isLessThan(deadline);
      meanwhile.run();
      wait(ASK_MILLIS);
    }
    assertThat(disorder).isEmpty();
  }

  private void ask() {
    requests.onNext(
        WatchRequest.newBuilder()
            .setProgressRequest(WatchProgressRequest.getDefaultInstance())
            .build());
  }

  /** Waits until the server has confirmed the watch. */
  WatchResponse awaitCreated() throws InterruptedException {
    await("created", () -> created != null, () -> {});
    return created();
  }

  private synchronized WatchResponse created() {
    assertThat(created).isNotNull();
    return created == null ? WatchResponse.getDefaultInstance() : created;
  }

  /** Waits until the server takes the watch away. */
  synchronized WatchResponse awaitCanceled() throws InterruptedException {
    await("canceled", () -> canceled != null, () -> {});
    return canceled == null ? WatchResponse.getDefaultInstance() : canceled;
  }

  /** Waits until the server ends the stream. */
  synchronized Status awaitEnd() throws InterruptedException {
    await("ended", () -> ended != null, () -> {});
    return ended == null ? Status.OK : ended;
  }

  /** Asks for progress every 100 ms until the cache is as new as a revision: a consistent read. */
  NavigableMap<ByteString, KeyValue> readAt(long wanted) throws InterruptedException {
    await("progress to " + wanted, () -> revision >= wanted, this::ask);
    synchronized (this) {
      return new TreeMap<>(cache);
    }
  }

  /** Waits, without asking, until the server tells that the watch is as new as a revision. */
  void awaitTold(long wanted) throws InterruptedException {
    await("told of " + wanted, () -> told > 0 && revision >= wanted, () -> {});
  }

  /** Waits for as many events in all. */
  List<Event> awaitEvents(int count) throws InterruptedException {
    await(count + " events", () -> events.size() >= count, () -> {});
    synchronized (this) {
      return List.copyOf(events);
    }
  }

  /** How often progress was answered. */
  synchronized int answers() {
    return answers;
  }

  @Override
  public void close() {
    context.cancel(null);
  }
}
