package dev.keelson.sim.check;

import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest.FilterType;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.proto.mvccpb.Event;
import dev.keelson.proto.mvccpb.KeyValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds a watch against what was committed, by etcd's guarantees (API guarantees, "Watch APIs"):
 * created first, then only what was asked for, in order, each once, none left out, a revision never
 * split except into fragments, progress never ahead, and previous values as they were.
 */
public final class WatchChecker {
  private final KeyHistory history;
  private final long compactRevision;
  private final WatchSession session;
  private final WatchCreateRequest request;

  /** Nothing before this revision may come any more, and from it on everything must. */
  private long next;

  private final List<Event> fragments = new ArrayList<>();

  private WatchChecker(KeyHistory history, long compactRevision, WatchSession session) {
    this.history = history;
    this.compactRevision = compactRevision;
    this.session = session;
    this.request = session.request();
  }

  /**
   * Checks a session.
   *
   * @param compactRevision the last compaction of the run; -1 for none
   * @param settled whether everything has had the time to arrive
   * @return from which revision on another session has to continue
   * @throws Violation that says what is wrong
   */
  public static long check(
      KeyHistory history, long compactRevision, WatchSession session, boolean settled) {
    return new WatchChecker(history, compactRevision, session).check(settled);
  }

  private long check(boolean settled) {
    List<WatchResponse> responses = session.responses();
    if (responses.isEmpty()) {
      require(!(settled && session.open()), null, "a watch that was never created");
      return request.getStartRevision();
    }
    created(responses.getFirst());
    boolean canceled = false;
    for (WatchResponse response : responses.subList(1, responses.size())) {
      require(!canceled, response, "something after the end");
      require(!response.getCreated(), response, "created twice");
      if (response.getCanceled()) {
        canceled(response);
        canceled = true;
      } else if (response.getEventsCount() > 0) {
        events(response);
      } else {
        progress(response);
      }
    }
    if (settled && session.open() && !canceled) {
      complete(responses.getLast());
    }
    return next;
  }

  private void created(WatchResponse response) {
    require(
        response.getCreated() && !response.getCanceled() && response.getEventsCount() == 0,
        response,
        "the first response does not say that the watch was created");
    long start = request.getStartRevision();
    next = start > 0 ? start : response.getHeader().getRevision() + 1;
  }

  private void canceled(WatchResponse response) {
    if (response.getCompactRevision() != 0) {
      require(
          next < response.getCompactRevision() && response.getCompactRevision() <= compactRevision,
          response,
          "ended by a compaction that did not overtake it");
    }
  }

  private void events(WatchResponse response) {
    fragments.addAll(response.getEventsList());
    if (response.getFragment()) {
      require(request.getFragment(), response, "a fragment nobody asked for");
      return;
    }
    long last = fragments.getLast().getKv().getModRevision();
    require(last >= next, response, "an old or repeated event");
    require(last <= history.revision(), response, "an event that was never committed");
    require(response.getHeader().getRevision() >= last, response, "a header behind its events");
    List<Event> expected = expected(next, last);
    require(
        expected.size() == fragments.size(),
        response,
        "%d events, expected %d".formatted(fragments.size(), expected.size()));
    for (int i = 0; i < expected.size(); i++) {
      same(expected.get(i), fragments.get(i), response);
    }
    fragments.clear();
    next = last + 1;
  }

  private void progress(WatchResponse response) {
    long revision = response.getHeader().getRevision();
    require(revision <= history.revision(), response, "progress beyond what was committed");
    require(expected(next, revision).isEmpty(), response, "progress ahead of events");
    next = Math.max(next, revision + 1);
  }

  private void complete(WatchResponse response) {
    List<Event> missing = expected(next, history.revision());
    require(
        missing.isEmpty(),
        response,
        "%d events that never came, the first at revision %d"
            .formatted(
                missing.size(),
                missing.isEmpty() ? 0 : missing.getFirst().getKv().getModRevision()));
  }

  private List<Event> expected(long from, long to) {
    List<Event> expected = new ArrayList<>();
    for (long revision = Math.max(from, 1); revision <= to; revision++) {
      for (Event event : history.events(revision)) {
        if (wants(event)) {
          expected.add(event);
        }
      }
    }
    return expected;
  }

  private boolean wants(Event event) {
    FilterType kind =
        event.getType() == Event.EventType.PUT ? FilterType.NOPUT : FilterType.NODELETE;
    return KeyHistory.contains(request.getKey(), request.getRangeEnd(), event.getKv().getKey())
        && !request.getFiltersList().contains(kind);
  }

  private void same(Event expected, Event actual, WatchResponse response) {
    require(
        expected.getType() == actual.getType() && expected.getKv().equals(actual.getKv()),
        response,
        "expected " + expected);
    long revision = actual.getKv().getModRevision();
    KeyValue before = history.get(actual.getKv().getKey(), revision - 1);
    if (!actual.hasPrevKv()) {
      require(
          !request.getPrevKv() || before == null || revision <= compactRevision,
          response,
          "the value before is missing at revision " + revision);
    } else {
      require(
          request.getPrevKv() && actual.getPrevKv().equals(before),
          response,
          "a wrong value before, expected " + before);
    }
  }

  private void require(boolean condition, @Nullable WatchResponse response, String problem) {
    if (!condition) {
      throw new Violation(
          "watch: %s, in %s of %s, next revision %d"
              .formatted(
                  problem,
                  response == null ? "nothing" : Texts.of(response),
                  Texts.of(request),
                  next));
    }
  }
}
