package dev.keelson.sim.check;

import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import java.util.ArrayList;
import java.util.List;

/** One watch on one connection: what was asked for, and everything that came, in order. */
public final class WatchSession {
  private final WatchCreateRequest request;
  private final List<WatchResponse> responses = new ArrayList<>();
  private boolean open = true;

  public WatchSession(WatchCreateRequest request) {
    this.request = request;
  }

  /** Writes down a response. */
  public void heard(WatchResponse response) {
    responses.add(response);
  }

  /** The connection ended; the client will go on with another session. */
  public void ended() {
    open = false;
  }

  public WatchCreateRequest request() {
    return request;
  }

  public List<WatchResponse> responses() {
    return responses;
  }

  /** Whether more could still come. */
  public boolean open() {
    return open;
  }
}
