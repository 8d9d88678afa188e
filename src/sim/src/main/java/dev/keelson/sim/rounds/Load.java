package dev.keelson.sim.rounds;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.sim.check.WatchSession;
import dev.keelson.sim.client.WatchPosition;
import dev.keelson.sim.client.WatchRequests;
import dev.keelson.sim.client.Workload;
import dev.keelson.sim.time.Chance;
import java.util.ArrayList;
import java.util.List;

/** The clients of a round, each on a thread of its own, and the watch that follows everything. */
final class Load {
  private static final int WORKLOAD_CLIENTS = 5;
  private static final int REGISTER_CLIENTS = 4;
  private static final int LEASE_HOLDERS = 3;
  private static final int WATCHERS = 6;
  private static final long WATCHERS_ACT_MILLIS_MAX = 300;

  private final Plan plan;
  private final Logbook log;
  private final Doors doors;
  private final Chance chance;
  private final List<Participant> participants = new ArrayList<>();
  private final List<WatchFollower> followers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private int clients;

  Load(Plan plan, Logbook log, Doors doors, Chance chance) {
    this.plan = plan;
    this.log = log;
    this.doors = doors;
    this.chance = chance;
    List<LeaseHolder> holders = new ArrayList<>();
    for (int i = 0; i < LEASE_HOLDERS; i++) {
      holders.add(new LeaseHolder(caller()));
    }
    participants.addAll(holders);
    for (int i = 0; i < WORKLOAD_CLIENTS; i++) {
      LeaseHolder holder = holders.get(i % LEASE_HOLDERS);
      Caller caller = caller();
      participants.add(
          new WorkloadClient(
              caller,
              new Workload(chance.split(), plan.mix(), caller.number() + "-"),
              holder::lease));
    }
    for (int i = 0; i < REGISTER_CLIENTS; i++) {
      participants.add(new RegisterClient(caller()));
    }
    List<ByteString> keys = new ArrayList<>(new Workload(chance.split(), plan.mix()).keys());
    keys.addAll(RegisterClient.KEYS);
    follow(
        WatchCreateRequest.newBuilder()
            .setKey(Workload.FIRST_KEY)
            .setRangeEnd(Workload.FIRST_KEY)
            .build(),
        2,
        true);
    for (int i = 0; i < WATCHERS; i++) {
      follow(WatchRequests.draw(chance, keys), chance.even() ? 0 : 1 + chance.below(200), false);
    }
  }

  private Caller caller() {
    return new Caller(log, doors, chance.split(), plan.callMillis(), ++clients);
  }

  /** More clients. */
  List<Caller> callers(int count) {
    List<Caller> callers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      callers.add(caller());
    }
    return callers;
  }

  private void follow(WatchCreateRequest wanted, long from, boolean ofEverything) {
    WatchFollower follower =
        new WatchFollower(
            log,
            chance.split(),
            wanted,
            new WatchPosition(from),
            ofEverything ? log::heard : _ -> {});
    followers.add(follower);
    Chance pauses = chance.split();
    participants.add(
        () -> {
          follower.act(doors, false);
          while (log.goesOnAfter(pauses.delay(20, WATCHERS_ACT_MILLIS_MAX))) {
            follower.act(doors, !ofEverything);
          }
        });
  }

  void start() {
    participants.forEach(this::start);
  }

  /** Lets somebody else take part. */
  Thread start(Participant participant) {
    Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    participant.run();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  } catch (RuntimeException | Error e) {
                    log.broken(e);
                  }
                });
    threads.add(thread);
    return thread;
  }

  /** Ends the load and waits for the last answers; watches stay. */
  void stop() throws InterruptedException {
    log.endLoad();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Waits until all watches have told everything up to a revision. */
  void awaitWatches(long revision) throws InterruptedException {
    Patience.until(
        "watches at revision " + revision,
        () -> {
          boolean reached = true;
          for (WatchFollower follower : followers) {
            if (!follower.hasReached(revision)) {
              follower.act(doors, false);
              reached = false;
            }
          }
          return reached;
        });
    followers.forEach(WatchFollower::close);
  }

  /** All that watches heard. */
  List<WatchSession> sessions() {
    List<WatchSession> sessions = new ArrayList<>();
    followers.forEach(follower -> sessions.addAll(follower.sessions()));
    return sessions;
  }
}
