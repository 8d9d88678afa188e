package dev.keelson.sim.client;

import dev.keelson.proto.etcdserverpb.WatchResponse;

/** How far a watch has got, over all the connections it takes. */
public final class WatchPosition {
  private long next;

  /**
   * A watch begins.
   *
   * @param next the first revision it wants; 0 for from now on
   */
  public WatchPosition(long next) {
    this.next = next;
  }

  /** From where the next connection goes on; 0 for from now on. */
  public long next() {
    return next;
  }

  /** Goes on by a response. */
  public void heard(WatchResponse response) {
    long revision = response.getHeader().getRevision();
    if (response.getCreated()) {
      next = next == 0 ? revision + 1 : next;
    } else if (response.getCanceled()) {
      next = Math.max(next, response.getCompactRevision());
    } else if (response.getEventsCount() == 0) {
      next = Math.max(next, revision + 1);
    } else if (!response.getFragment()) {
      next = response.getEvents(response.getEventsCount() - 1).getKv().getModRevision() + 1;
    }
  }
}
