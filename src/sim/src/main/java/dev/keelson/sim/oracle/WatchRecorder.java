package dev.keelson.sim.oracle;

import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One watch stream of one side: sends requests and sorts what arrives into creation and cancel
 * responses, progress answers, and events per watch.
 */
final class WatchRecorder implements ClientResponseObserver<WatchRequest, WatchResponse> {
  private static final long STREAM_WIDE = -1;

  private final Deque<WatchResponse> controls = new ArrayDeque<>();
  private final Deque<WatchResponse> progress = new ArrayDeque<>();
  private final Map<Long, List<WatchResponse>> events = new HashMap<>();
  private final Map<Long, Integer> delivered = new HashMap<>();
  private @Nullable Status ended;
  private @Nullable ClientCallStreamObserver<WatchRequest> requests;

  private WatchRecorder() {}

  static WatchRecorder open(Channel channel) {
    WatchRecorder recorder = new WatchRecorder();
    WatchGrpc.newStub(channel).watch(recorder);
    return recorder;
  }

  void send(WatchRequest request) {
    stream().onNext(request);
  }

  /** Ends the stream from the client. */
  void close() {
    stream().cancel("closed by the test", null);
  }

  /** The next creation or cancel response; empty when the stream ended or time is up. */
  synchronized Optional<WatchResponse> takeControl(long timeoutMillis) throws InterruptedException {
    return await(() -> !controls.isEmpty(), timeoutMillis)
        ? Optional.of(controls.removeFirst())
        : Optional.empty();
  }

  /** A progress answer for the whole stream at exactly this revision; older ones are dropped. */
  synchronized Optional<WatchResponse> takeProgress(long revision, long timeoutMillis)
      throws InterruptedException {
    boolean answered =
        await(
            () -> {
              progress.removeIf(answer -> answer.getHeader().getRevision() < revision);
              return !progress.isEmpty();
            },
            timeoutMillis);
    return answered ? Optional.of(progress.removeFirst()) : Optional.empty();
  }

  /** Forgets progress answers that nobody waited for. */
  synchronized void clearProgress() {
    progress.clear();
  }

  /** Waits until a watch got that many events since its creation; false when time is up. */
  synchronized boolean awaitEvents(long watchId, int count, long timeoutMillis)
      throws InterruptedException {
    return await(() -> delivered(watchId) >= count, timeoutMillis);
  }

  /** How many events a watch got since its creation. */
  synchronized int delivered(long watchId) {
    return delivered.getOrDefault(watchId, 0);
  }

  /** The responses with events of a watch since the last call. */
  synchronized List<WatchResponse> takeEvents(long watchId) {
    List<WatchResponse> taken = events.remove(watchId);
    return taken == null ? List.of() : taken;
  }

  /** The next response with events of a watch; empty when the stream ended or time is up. */
  synchronized Optional<WatchResponse> takeFirstEvents(long watchId, long timeoutMillis)
      throws InterruptedException {
    List<WatchResponse> waiting = events.computeIfAbsent(watchId, id -> new ArrayList<>());
    return await(() -> !waiting.isEmpty(), timeoutMillis)
        ? Optional.of(waiting.removeFirst())
        : Optional.empty();
  }

  /** Starts counting anew for an id that may have been in use before. */
  synchronized void forget(long watchId) {
    events.remove(watchId);
    delivered.remove(watchId);
  }

  /** How the stream ended, if it did. */
  synchronized Optional<String> ended() {
    Status end = ended;
    return end == null
        ? Optional.empty()
        : Optional.of(end.getCode() + " \"" + end.getDescription() + "\"");
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
    requests = stream;
  }

  @Override
  public synchronized void onNext(WatchResponse response) {
    if (response.getCreated() || response.getCanceled()) {
      controls.addLast(response);
    } else if (response.getWatchId() == STREAM_WIDE && response.getEventsCount() == 0) {
      progress.addLast(response);
    } else {
      events.computeIfAbsent(response.getWatchId(), id -> new ArrayList<>()).add(response);
      delivered.merge(response.getWatchId(), response.getEventsCount(), Integer::sum);
    }
    notifyAll();
  }

  @Override
  public synchronized void onError(Throwable failure) {
    ended = Status.fromThrowable(failure);
    notifyAll();
  }

  @Override
  public synchronized void onCompleted() {
    ended = Status.OK;
    notifyAll();
  }

  /** Waits for a condition; false when time is up or the stream ended without it. */
  private synchronized boolean await(BooleanSupplier condition, long timeoutMillis)
      throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    while (!condition.getAsBoolean()) {
      long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (leftMillis <= 0 || ended != null) {
        return false;
      }
      wait(leftMillis);
    }
    return true;
  }

  private ClientCallStreamObserver<WatchRequest> stream() {
    ClientCallStreamObserver<WatchRequest> open = requests;
    if (open == null) {
      throw new IllegalStateException("the watch stream was never opened");
    }
    return open;
  }
}
