package dev.keelson.sim.client;

import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.sim.member.Life;
import dev.keelson.sim.time.Chance;
import dev.keelson.sim.time.EventQueue;
import dev.keelson.sim.time.Party;
import java.util.function.LongSupplier;

/** Compacts now and then, to somewhere behind the newest revision or right to it. */
public final class Compactions {
  private static final long TIMEOUT = 10_000_000_000L;

  private final EventQueue queue;
  private final Chance chance;
  private final Calls calls;
  private final Directory directory;
  private final LongSupplier newest;
  private final long intervalNanos;
  private boolean stopped;

  /**
   * Creates the client.
   *
   * @param newest the newest revision, near enough
   * @param intervalNanos between two compactions, at most
   */
  public Compactions(
      EventQueue queue,
      Chance chance,
      Calls calls,
      Directory directory,
      LongSupplier newest,
      long intervalNanos) {
    this.queue = queue;
    this.chance = chance;
    this.calls = calls;
    this.directory = directory;
    this.newest = newest;
    this.intervalNanos = intervalNanos;
  }

  /** Begins. */
  public void start() {
    var _ =
        queue.after(
            chance.delay(intervalNanos / 20, intervalNanos), Party.WORLD, "compact", this::act);
  }

  /** Asks for nothing more. */
  public void stop() {
    stopped = true;
  }

  private void act() {
    if (stopped) {
      return;
    }
    Life to = directory.pick();
    long at = newest.getAsLong() - (chance.even() ? 0 : chance.below(100));
    if (to != null && at > 1) {
      calls.unary(
          to,
          KVGrpc.getCompactMethod(),
          CompactionRequest.newBuilder().setRevision(at).setPhysical(chance.even()).build(),
          TIMEOUT,
          answer -> {});
    }
    start();
  }
}
