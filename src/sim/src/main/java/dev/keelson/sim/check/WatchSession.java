package dev.keelson.sim.check;

import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import java.util.ArrayList;
import java.util.List;

/**
 * One watch on one connection: what was asked for, and everything that came, in order. Whoever
 * looks may do so while more comes.
 */
public final class WatchSession {
  private final WatchCreateRequest request;
  private final List<WatchResponse> responses = new ArrayList<>();
  private boolean open = true;

  public WatchSession(WatchCreateRequest request) {
    this.request = request;
  }

  /** Writes down a response. */
  public synchronized void heard(WatchResponse response) {
    responses.add(response);
  }

  /** The connection ended; the client will go on with another session. */
  public synchronized void ended() {
    open = false;
  }

  public WatchCreateRequest request() {
    return request;
  }

  /** What has come so far. */
  public synchronized List<WatchResponse> responses() {
    return List.copyOf(responses);
  }

  /** Whether more could still come. */
  public synchronized boolean open() {
    return open;
  }
}
