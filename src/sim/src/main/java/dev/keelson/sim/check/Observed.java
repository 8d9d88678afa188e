package dev.keelson.sim.check;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.proto.mvccpb.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The history of a cluster of which nothing is known but what a watch over all keys says: every
 * revision has at least one event, so none may be lacking.
 */
public final class Observed {
  private final KeyHistory history = new KeyHistory();
  private final Map<ByteString, Long> firstSeen = new HashMap<>();
  private final List<Event> gathering = new ArrayList<>();

  /**
   * The next response of the watch, whatever connection it came by.
   *
   * @param now when it came
   * @throws Violation if a revision is lacking or comes twice
   */
  public void heard(WatchResponse response, long now) {
    for (Event event : response.getEventsList()) {
      long revision = event.getKv().getModRevision();
      if (revision != gatheredRevision()) {
        end();
      }
      Violation.unless(
          revision == history.revision() + 1,
          () ->
              "watch over everything: revision %d after %d"
                  .formatted(revision, history.revision()));
      gathering.add(event);
      if (event.getType() == Event.EventType.PUT) {
        firstSeen.putIfAbsent(event.getKv().getValue(), now);
      }
    }
    if (!response.getFragment()) {
      end();
    }
  }

  /** A connection ended: what has come of a fragmented revision will come again. */
  public void interrupted() {
    gathering.clear();
  }

  private long gatheredRevision() {
    return gathering.isEmpty() ? 0 : gathering.getFirst().getKv().getModRevision();
  }

  private void end() {
    if (!gathering.isEmpty()) {
      history.add(gathering);
      gathering.clear();
    }
  }

  /** What was committed, as far as it is known. */
  public KeyHistory history() {
    return history;
  }

  /** When each value was first seen. */
  public Map<ByteString, Long> firstSeen() {
    return firstSeen;
  }
}
