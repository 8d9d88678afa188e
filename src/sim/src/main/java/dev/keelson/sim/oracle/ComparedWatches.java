package dev.keelson.sim.oracle;

import dev.keelson.proto.etcdserverpb.WatchCancelRequest;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchProgressRequest;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The watch streams of both sides, compared.
 *
 * <p>Nothing is timed: a {@link Journal} says how many events each watch owes, both sides are
 * waited for, then the responses are compared one by one, so that their grouping counts too. A
 * watch that starts in the past and has nothing to deliver gives no sign when it has caught up; it
 * is asked for with progress requests, because a watch that has not caught up may group later
 * events differently.
 */
final class ComparedWatches {
  private static final long TIMEOUT_MILLIS = 20_000;
  private static final long SILENCE_MILLIS = 150;
  private static final long PROGRESS_POLL_MILLIS = 40;
  private static final WatchRequest PROGRESS =
      WatchRequest.newBuilder()
          .setProgressRequest(WatchProgressRequest.getDefaultInstance())
          .build();

  private static final WatchRequest JOURNAL = Journal.watchEverything(0);

  private final Side left;
  private final Side right;
  private final Comparison comparison;
  private final Journal journal;
  private final Map<Integer, Stream> streams = new TreeMap<>();

  ComparedWatches(Side left, Side right, Comparison comparison)
      throws Difference.Found, InterruptedException {
    this.left = left;
    this.right = right;
    this.comparison = comparison;
    journal = new Journal(left.symbols().currentRevision());
    WatchRequest everything = Journal.watchEverything(left.symbols().currentRevision() + 1);
    left.stream(Journal.STREAM).send(everything);
    right.stream(Journal.STREAM).send(everything);
    expectControl("journal", everything, Journal.STREAM);
  }

  /** Sends a request on a stream of both sides and compares what must come back at once. */
  void send(Operation.Watch step) throws Difference.Found, InterruptedException {
    WatchRequest request = (WatchRequest) left.symbols().resolve(step.request());
    switch (request.getRequestUnionCase()) {
      case CREATE_REQUEST -> create(step.stream(), request);
      case CANCEL_REQUEST -> cancel(step.stream(), request);
      case PROGRESS_REQUEST -> progress(step.stream(), request);
      case REQUESTUNION_NOT_SET -> sendBoth(step.stream(), request);
    }
  }

  /** Ends a stream from the client, after everything owed on it was compared. */
  void close(int number) throws Difference.Found, InterruptedException {
    settle();
    reset(number);
  }

  /** Waits until both sides delivered everything up to the current revision, and compares it. */
  void settle() throws Difference.Found, InterruptedException {
    settleJournal();
    for (Map.Entry<Integer, Stream> stream : streams.entrySet()) {
      for (Watcher watcher : stream.getValue().live.values()) {
        settle(stream.getKey(), watcher);
      }
    }
  }

  private void create(int number, WatchRequest request)
      throws Difference.Found, InterruptedException {
    settleJournal();
    sendBoth(number, request);
    String where = "creation on stream " + number;
    Answer answer = control(left, number);
    if (!comparison.compare(() -> where, request, answer, control(right, number))) {
      // The version table accepted it, so the sides now hold different watches.
      reset(number);
      return;
    }
    if (!(answer instanceof Answer.Response(WatchResponse created)) || created.getCanceled()) {
      return;
    }
    Stream stream = streams.computeIfAbsent(number, n -> new Stream());
    WatchCreateRequest watch = request.getCreateRequest();
    long id = created.getWatchId();
    long start = watch.getStartRevision();
    if (start != 0 && start < left.symbols().compactedRevision()) {
      expectControl("compaction cancel of watch " + id, request, number);
      stream.dead.add(id);
      return;
    }
    Watcher watcher = new Watcher(id, request);
    // etcd looks for events from a negative revision on, as an unsigned number, and finds none
    watcher.position = start <= 0 ? journal.size() : 0;
    stream.live.put(id, watcher);
    if (start != 0 && start <= left.symbols().currentRevision()) {
      settle(number, watcher);
      if (watcher.owed == 0) {
        cancelDead(number, stream);
        awaitSynced(left, number);
        awaitSynced(right, number);
      }
    }
  }

  private void cancel(int number, WatchRequest request)
      throws Difference.Found, InterruptedException {
    settle();
    sendBoth(number, request);
    Stream stream = streams.computeIfAbsent(number, n -> new Stream());
    long id = request.getCancelRequest().getWatchId();
    if (stream.live.containsKey(id) || stream.dead.contains(id)) {
      expectControl("cancel of watch " + id, request, number);
      Watcher watcher = stream.live.remove(id);
      if (watcher != null) {
        settle(number, watcher);
        // The id may be used again; what came before must not count then.
        left.stream(number).forget(id);
        right.stream(number).forget(id);
      }
      stream.dead.remove(id);
    }
  }

  private void progress(int number, WatchRequest request)
      throws Difference.Found, InterruptedException {
    settle();
    left.stream(number).clearProgress();
    right.stream(number).clearProgress();
    sendBoth(number, request);
    Stream stream = streams.computeIfAbsent(number, n -> new Stream());
    long current = left.symbols().currentRevision();
    // A cancelled-by-compaction watch still counts as one that has not caught up.
    boolean owed = !stream.live.isEmpty() && stream.dead.isEmpty();
    boolean certain =
        owed && stream.live.values().stream().allMatch(watcher -> watcher.start() <= current);
    long timeout = certain ? TIMEOUT_MILLIS : SILENCE_MILLIS;
    comparison.compare(
        () ->
            "progress on stream %d with %d watches and %d ended by compaction"
                .formatted(number, stream.live.size(), stream.dead.size()),
        request,
        progressAnswer(left.stream(number).takeProgress(current, timeout)),
        progressAnswer(right.stream(number).takeProgress(current, timeout)));
  }

  private static Answer progressAnswer(Optional<WatchResponse> answer) {
    return answer.<Answer>map(Answer.Response::new).orElseGet(Answer.Dropped::new);
  }

  /** Cancels watches ended by compaction: while the client has not, they hold up progress. */
  private void cancelDead(int number, Stream stream) throws Difference.Found, InterruptedException {
    for (long id : stream.dead) {
      WatchRequest request =
          WatchRequest.newBuilder()
              .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
              .build();
      sendBoth(number, request);
      expectControl("cancel of watch " + id, request, number);
    }
    stream.dead.clear();
  }

  private void awaitSynced(Side side, int number) throws Difference.Found, InterruptedException {
    long polls = TIMEOUT_MILLIS / PROGRESS_POLL_MILLIS;
    for (long i = 0; i < polls; i++) {
      side.stream(number).send(PROGRESS);
      long current = left.symbols().currentRevision();
      if (side.stream(number).takeProgress(current, PROGRESS_POLL_MILLIS).isPresent()) {
        return;
      }
    }
    Answer silent = new Answer.Dropped();
    throw new Difference.Found(
        new Difference(
            "progress on stream " + number + ", asked until every watch caught up",
            side == left ? silent : new Answer.Silence("not looked at"),
            side == right ? silent : new Answer.Silence("not looked at"),
            List.of()));
  }

  /** Compares the journals up to the current revision; every revision has at least one event. */
  private void settleJournal() throws Difference.Found, InterruptedException {
    long current = left.symbols().currentRevision();
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS);
    while (journal.lastRevision() < current) {
      long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      Answer l = nextEvents(left, millis);
      Answer r = nextEvents(right, millis);
      comparison.compare(() -> "events of all keys, up to revision " + current, JOURNAL, l, r);
      if (l instanceof Answer.Response(WatchResponse response)) {
        journal.append(response);
      } else {
        throw new Difference.Found(
            new Difference("neither side delivers up to revision " + current, l, r, List.of()));
      }
    }
  }

  private static Answer nextEvents(Side side, long timeoutMillis) throws InterruptedException {
    WatchRecorder stream = side.stream(Journal.STREAM);
    return stream
        .takeFirstEvents(0, timeoutMillis)
        .<Answer>map(Answer.Response::new)
        .orElseGet(() -> silence("response with events", stream));
  }

  private void settle(int number, Watcher watcher) throws Difference.Found, InterruptedException {
    watcher.owed += journal.matching(watcher.request.getCreateRequest(), watcher.position);
    watcher.position = journal.size();
    compareEvents(number, watcher.id, watcher.request, watcher.owed);
  }

  private void compareEvents(int number, long id, WatchRequest request, int owed)
      throws Difference.Found, InterruptedException {
    Supplier<String> where =
        () -> "Watch[" + number + "] " + id + " {" + ReportText.text(request) + "}: events";
    WatchRecorder l = left.stream(number);
    WatchRecorder r = right.stream(number);
    l.awaitEvents(id, owed, TIMEOUT_MILLIS);
    r.awaitEvents(id, owed, TIMEOUT_MILLIS);
    List<WatchResponse> fromLeft = l.takeEvents(id);
    List<WatchResponse> fromRight = r.takeEvents(id);
    for (int i = 0; i < Math.max(fromLeft.size(), fromRight.size()); i++) {
      comparison.compare(where, request, at(fromLeft, i, l), at(fromRight, i, r));
    }
    if (l.delivered(id) != owed) {
      throw new Difference.Found(
          new Difference(
              where.get() + ": " + l.delivered(id) + " delivered by both, but " + owed + " owed",
              new Answer.Silence(owed + " events"),
              new Answer.Silence(owed + " events"),
              List.of()));
    }
  }

  private static Answer at(List<WatchResponse> responses, int index, WatchRecorder stream) {
    if (index < responses.size()) {
      return new Answer.Response(responses.get(index));
    }
    return silence("response with events", stream);
  }

  private void expectControl(String where, WatchRequest request, int number)
      throws Difference.Found, InterruptedException {
    comparison.compare(() -> where, request, control(left, number), control(right, number));
  }

  private static Answer control(Side side, int number) throws InterruptedException {
    WatchRecorder stream = side.stream(number);
    Optional<WatchResponse> response = stream.takeControl(TIMEOUT_MILLIS);
    return response
        .<Answer>map(Answer.Response::new)
        .orElseGet(() -> silence("creation or cancel response", stream));
  }

  private static Answer silence(String waitedFor, WatchRecorder stream) {
    return new Answer.Silence(
        waitedFor + stream.ended().map(end -> ", stream ended: " + end).orElse(""));
  }

  private void sendBoth(int number, WatchRequest request) {
    left.stream(number).send(request);
    right.stream(number).send(request);
  }

  private void reset(int number) {
    left.closeStream(number);
    right.closeStream(number);
    streams.remove(number);
  }

  private static final class Stream {
    final Map<Long, Watcher> live = new TreeMap<>();
    final Set<Long> dead = new TreeSet<>();
  }

  private static final class Watcher {
    final long id;
    final WatchRequest request;
    int position;
    int owed;

    Watcher(long id, WatchRequest request) {
      this.id = id;
      this.request = request;
    }

    long start() {
      return request.getCreateRequest().getStartRevision();
    }
  }
}
