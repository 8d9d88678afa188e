package dev.keelson.sim.rounds;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.HashKVResponse;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.PutResponse;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.sim.check.Operation;
import dev.keelson.sim.check.Violation;
import dev.keelson.sim.check.WatchSession;
import dev.keelson.sim.client.WatchPosition;
import dev.keelson.sim.client.Workload;
import dev.keelson.sim.time.Chance;
import java.util.ArrayList;
import java.util.List;

/**
 * What must come true once all faults have ended: every member answers, writes go on, the load
 * ends, leases run out, watches are complete, and all members hold the same.
 */
final class Settlement {
  private static final long CALL_MILLIS = 5_000;

  private final Fleet fleet;
  private final Admin admin;
  private final Logbook log;
  private final Load load;
  private final List<WatchSession> replays = new ArrayList<>();
  private long recoveredMillis;

  Settlement(Fleet fleet, Admin admin, Logbook log, Load load) {
    this.fleet = fleet;
    this.admin = admin;
    this.log = log;
    this.load = load;
  }

  void await(long compacted) throws InterruptedException {
    log.note("no more faults");
    fleet.heal();
    fleet.seats().forEach(Seat::requireAlive);
    long healed = log.now();
    for (Seat seat : fleet.seats()) {
      Patience.until(seat.name() + " answers", () -> write(seat));
    }
    recoveredMillis = (log.now() - healed) / 1_000_000;
    load.stop();
    log.note("load ended");
    for (Seat seat : fleet.seats()) {
      Patience.until("no leases at " + seat.name(), () -> admin.leases(seat.number()) == 0);
    }
    long revision = 0;
    for (Seat seat : fleet.seats()) {
      revision = Math.max(revision, read(seat, false));
    }
    load.awaitWatches(revision);
    for (Seat seat : fleet.seats()) {
      long found = read(seat, true);
      long newest = revision;
      Violation.unless(
          found == newest,
          () -> "in the end %s is at %d, others at %d".formatted(seat.name(), found, newest));
      replay(seat, Math.max(compacted, 1) + 1, newest);
    }
    compareHashes(revision);
    noAlarms();
    fleet.seats().forEach(Seat::requireAlive);
    log.note("settled at revision " + revision);
  }

  /** How long it took until every member had written something. */
  long recoveredMillis() {
    return recoveredMillis;
  }

  private boolean write(Seat seat) {
    String key = "d/" + seat.name();
    PutRequest put =
        PutRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(key))
            .setValue(ByteString.copyFromUtf8(key + " at " + log.now()))
            .build();
    Operation operation = new Operation(0, put, log.now());
    log.begun(operation);
    PutResponse response = admin.call(seat.number(), KVGrpc.getPutMethod(), put, CALL_MILLIS);
    operation.succeeded(log.now(), response);
    return true;
  }

  /** What a member holds goes into the history, to be judged with the rest. */
  private long read(Seat seat, boolean serializable) {
    RangeRequest everything =
        RangeRequest.newBuilder()
            .setKey(Workload.FIRST_KEY)
            .setRangeEnd(Workload.FIRST_KEY)
            .setSerializable(serializable)
            .build();
    Operation operation = new Operation(0, everything, log.now());
    log.begun(operation);
    RangeResponse response =
        admin.call(seat.number(), KVGrpc.getRangeMethod(), everything, CALL_MILLIS);
    operation.succeeded(log.now(), response);
    return response.getHeader().getRevision();
  }

  /** What a member tells of the past must be what was told at the time. */
  private void replay(Seat seat, long from, long to) throws InterruptedException {
    if (from > to) {
      return;
    }
    WatchFollower follower =
        new WatchFollower(
            log,
            new Chance(seat.number()),
            WatchCreateRequest.newBuilder()
                .setKey(Workload.FIRST_KEY)
                .setRangeEnd(Workload.FIRST_KEY)
                .setPrevKv(true)
                .build(),
            new WatchPosition(from),
            _ -> {});
    Doors only = new Doors(List.of(seat.clientPort()), List.of());
    try (only) {
      Patience.until(
          "the past as " + seat.name() + " knows it",
          () -> {
            if (!follower.hasReached(to)) {
              follower.act(only, false);
            }
            return follower.hasReached(to);
          });
      follower.close();
    }
    replays.addAll(follower.sessions());
  }

  /** The sessions of {@link #replay}. */
  List<WatchSession> replays() {
    return replays;
  }

  private void compareHashes(long revision) throws InterruptedException {
    List<HashKVResponse> hashes = new ArrayList<>();
    Patience.until(
        "hashes of the same history",
        () -> {
          hashes.clear();
          fleet.seats().forEach(seat -> hashes.add(admin.hash(seat.number(), revision)));
          return hashes.stream().map(HashKVResponse::getCompactRevision).distinct().count() == 1;
        });
    Violation.unless(
        hashes.stream().map(HashKVResponse::getHash).distinct().count() == 1,
        () -> "members differ at revision %d: %s".formatted(revision, hashes));
  }

  private void noAlarms() {
    var alarms = admin.alarms(1).getAlarmsList();
    Violation.unless(alarms.isEmpty(), () -> "alarms: " + alarms);
  }
}
