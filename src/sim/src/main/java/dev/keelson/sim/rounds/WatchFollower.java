package dev.keelson.sim.rounds;

import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchProgressRequest;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.sim.check.WatchSession;
import dev.keelson.sim.client.WatchPosition;
import dev.keelson.sim.time.Chance;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches a range for the whole round: when a connection ends, or says nothing any more, it goes on
 * elsewhere, from behind the last revision it has seen.
 */
final class WatchFollower {
  private static final long SILENCE_NANOS = 2_000_000_000L;

  private final Logbook log;
  private final Chance chance;
  private final WatchCreateRequest wanted;
  private final WatchPosition position;
  private final Consumer<WatchResponse> listener;
  private final List<WatchSession> sessions = new ArrayList<>();
  private @Nullable Session session;

  /**
   * A watch that is not connected yet.
   *
   * @param position from where it begins
   * @param listener hears all that comes
   */
  WatchFollower(
      Logbook log,
      Chance chance,
      WatchCreateRequest wanted,
      WatchPosition position,
      Consumer<WatchResponse> listener) {
    this.log = log;
    this.chance = chance;
    this.wanted = wanted;
    this.position = position;
    this.listener = listener;
  }

  /**
   * Connects if need be, gives up a connection that is silent, asks for progress.
   *
   * @param restless whether it may also leave for no reason
   */
  synchronized void act(Doors doors, boolean restless) {
    Session current = session;
    if (current == null) {
      connect(doors.pick(chance));
    } else if (log.now() - current.heardAt > SILENCE_NANOS || (restless && chance.permille(100))) {
      current.end();
    } else if (!restless || chance.even()) {
      current.askProgress();
    }
  }

  /** Whether it is connected, and knows of everything up to a revision. */
  synchronized boolean hasReached(long revision) {
    return session != null && position.next() > revision;
  }

  /** What it heard; to be looked at when all is quiet. */
  synchronized List<WatchSession> sessions() {
    return List.copyOf(sessions);
  }

  /** Hears nothing more, but what it waits for counts as still to come. */
  synchronized void close() {
    Session current = session;
    session = null;
    if (current != null) {
      current.call.cancel("the end", null);
    }
  }

  private void connect(ManagedChannel to) {
    WatchCreateRequest request = wanted.toBuilder().setStartRevision(position.next()).build();
    WatchSession record = new WatchSession(request);
    sessions.add(record);
    Session opened = new Session(record, to);
    session = opened;
    opened.start(WatchRequest.newBuilder().setCreateRequest(request).build());
  }

  /** One connection. */
  private final class Session extends ClientCall.Listener<WatchResponse> {
    private final WatchSession record;
    private final ManagedChannel to;
    private final ClientCall<WatchRequest, WatchResponse> call;
    private long heardAt = log.now();

    Session(WatchSession record, ManagedChannel to) {
      this.record = record;
      this.to = to;
      this.call = to.newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
    }

    void start(WatchRequest request) {
      call.start(this, new Metadata());
      call.request(Integer.MAX_VALUE);
      call.sendMessage(request);
    }

    void askProgress() {
      call.sendMessage(
          WatchRequest.newBuilder()
              .setProgressRequest(WatchProgressRequest.getDefaultInstance())
              .build());
    }

    void end() {
      call.cancel("given up", null);
      ended();
    }

    private void ended() {
      record.ended();
      if (session == this) {
        session = null;
      }
    }

    @Override
    public void onMessage(WatchResponse response) {
      synchronized (WatchFollower.this) {
        if (session != this) {
          return;
        }
        heardAt = log.now();
        record.heard(response);
        position.heard(response);
        try {
          listener.accept(response);
        } catch (RuntimeException e) {
          log.broken(e);
        }
        if (response.getCanceled()) {
          end();
        }
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      synchronized (WatchFollower.this) {
        to.resetConnectBackoff();
        if (session == this) {
          ended();
        }
      }
    }
  }
}
