package dev.keelson.sim.client;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchProgressRequest;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.sim.check.WatchSession;
import dev.keelson.sim.member.Life;
import dev.keelson.sim.time.Chance;
import dev.keelson.sim.time.EventQueue;
import dev.keelson.sim.time.Party;
import io.grpc.Status;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Watches a range for the whole run: when a connection ends it goes on elsewhere, from behind the
 * last revision it has seen. Sometimes it is slow to read, asks for progress, or begins in the past
 * or the future.
 */
public final class WatchClient {
  private static final long MILLI = 1_000_000;
  private static final long ACT_MIN = 2 * MILLI;

  private final EventQueue queue;
  private final Chance chance;
  private final Calls calls;
  private final Directory directory;
  private final List<WatchSession> sessions;
  private final WatchCreateRequest wanted;
  private @Nullable Session session;
  private final long actMax;
  private final WatchPosition position;
  private boolean calm;

  /**
   * Creates a client.
   *
   * @param sessions where it writes down what it hears
   * @param keys what there is to be watched
   */
  public WatchClient(
      EventQueue queue,
      Chance chance,
      Calls calls,
      Directory directory,
      List<WatchSession> sessions,
      List<ByteString> keys) {
    this.queue = queue;
    this.chance = chance;
    this.calls = calls;
    this.directory = directory;
    this.sessions = sessions;
    wanted = WatchRequests.draw(chance, keys);
    actMax = chance.delay(50 * MILLI, 5_000 * MILLI);
    position = new WatchPosition(chance.permille(500) ? 0 : 1 + chance.below(200));
  }

  /** Begins to watch. */
  public void start() {
    later(this::act);
  }

  /** Only listens from now on. */
  public void calm() {
    calm = true;
    if (session != null) {
      session.ready(true);
    }
  }

  /** Whether it has a connection on which more could come. */
  public boolean listening() {
    return session != null;
  }

  private void later(Runnable what) {
    var _ = queue.after(chance.delay(ACT_MIN, actMax), Party.WORLD, "watcher", what);
  }

  private void act() {
    Session current = session;
    if (current == null) {
      connect();
    } else if (!calm) {
      switch (chance.below(6)) {
        case 0 -> current.cancel();
        case 1, 2 -> current.ready(false);
        case 3, 4 -> current.ready(true);
        default -> current.askProgress();
      }
    }
    later(this::act);
  }

  private void connect() {
    Life to = directory.pick();
    if (to != null) {
      session = new Session(to, wanted.toBuilder().setStartRevision(position.next()).build());
    }
  }

  private final class Session implements Calls.Events<WatchResponse> {
    private final WatchSession record;
    private final Calls.Call<WatchResponse> call;

    Session(Life to, WatchCreateRequest request) {
      record = new WatchSession(request);
      sessions.add(record);
      call = calls.open(to, WatchGrpc.getWatchMethod(), this);
      call.send(WatchRequest.newBuilder().setCreateRequest(request).build().toByteArray());
    }

    void ready(boolean takesMore) {
      call.ready(takesMore);
    }

    void askProgress() {
      call.send(
          WatchRequest.newBuilder()
              .setProgressRequest(WatchProgressRequest.getDefaultInstance())
              .build()
              .toByteArray());
    }

    void cancel() {
      call.cancel();
      ended();
    }

    private void ended() {
      record.ended();
      if (session == this) {
        session = null;
      }
    }

    @Override
    public void message(WatchResponse response) {
      record.heard(response);
      position.heard(response);
      if (response.getCanceled()) {
        call.cancel();
        ended();
      }
    }

    @Override
    public void closed(Status status) {
      ended();
    }
  }
}
