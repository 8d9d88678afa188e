package dev.keelson.sim.rounds;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Carries out the faults on processes, one after the other; each leaves its member running. */
final class ProcessFaults implements Participant {
  /** What is written so that the log moves on. */
  private static final int BURST_VALUE_BYTES = 8_000;

  private static final int BURST_FAILURES_MAX = 5;

  private final Plan plan;
  private final Fleet fleet;
  private final Admin admin;
  private final Logbook log;
  private final List<Caller> writers;

  ProcessFaults(Plan plan, Fleet fleet, Admin admin, Logbook log, List<Caller> writers) {
    this.plan = plan;
    this.fleet = fleet;
    this.admin = admin;
    this.log = log;
    this.writers = List.copyOf(writers);
  }

  @Override
  public void run() throws InterruptedException {
    for (PlannedFault fault : plan.processFaults()) {
      TimeUnit.MILLISECONDS.sleep(fault.delayMillis());
      carryOut(fault);
    }
  }

  private Seat seat(PlannedFault fault) {
    int leader = fault.atLeader() ? admin.leader() : 0;
    return leader == 0 ? fleet.pick(fault.pick()) : fleet.pick(leader - 1);
  }

  private void carryOut(PlannedFault fault) throws InterruptedException {
    Seat seat = seat(fault);
    switch (fault.kind()) {
      case KILL -> kill(seat, fault.durationMillis());
      case PAUSE -> pause(seat, fault.durationMillis());
      case DISK_FULL -> fillDisk(fault);
      case CATCH_UP -> leaveBehind(seat);
      case REPLACE -> {
        log.fault(FaultKind.REPLACE, seat.name());
        new Replacement(fleet, admin, seat).carryOut();
        log.note("replaced " + seat.name());
      }
      default -> throw new IllegalArgumentException("not done to a process: " + fault);
    }
  }

  private void kill(Seat seat, long millis) throws InterruptedException {
    log.fault(FaultKind.KILL, "%s for %d ms".formatted(seat.name(), millis));
    seat.kill();
    TimeUnit.MILLISECONDS.sleep(millis);
    restart(seat);
  }

  private void restart(Seat seat) throws InterruptedException {
    seat.launch();
    if (plan.members() == 3) {
      seat.process().awaitReady(); // or there would soon be no quorum left to be faulty with
    }
    log.note("started " + seat.name());
  }

  private void pause(Seat seat, long millis) throws InterruptedException {
    seat.requireAlive();
    log.fault(FaultKind.PAUSE, "%s for %d ms".formatted(seat.name(), millis));
    seat.process().pause();
    TimeUnit.MILLISECONDS.sleep(millis);
    seat.process().resume();
    log.note("resumed " + seat.name());
  }

  /**
   * Only one seat has a disk that can be filled; where none may have one, a kill takes its place.
   */
  private void fillDisk(PlannedFault fault) throws InterruptedException {
    Seat seat = fleet.seats().getFirst();
    SmallDisk disk = seat.disk();
    if (disk == null) {
      log.note("no disk to fill: mounting a tmpfs takes root");
      kill(seat, fault.durationMillis());
      return;
    }
    log.fault(FaultKind.DISK_FULL, "%s for %d ms".formatted(seat.name(), fault.durationMillis()));
    seat.requireAlive();
    seat.excuse();
    disk.fill();
    burst(2 * (plan.segmentBytes() / BURST_VALUE_BYTES), seat, () -> !seat.process().isAlive());
    TimeUnit.MILLISECONDS.sleep(fault.durationMillis());
    boolean survived = seat.process().isAlive();
    disk.relieve();
    log.note(seat.name() + (survived ? " survived a full disk" : " ended on a full disk"));
    if (survived && seat.process().isAlive()) {
      seat.survived();
    } else {
      seat.process().kill();
      restart(seat);
    }
  }

  private void leaveBehind(Seat seat) throws InterruptedException {
    log.fault(FaultKind.CATCH_UP, seat.name());
    seat.kill();
    burst(
        2 * plan.keepEntries() + 2 * Math.toIntExact(plan.memtableBytes() / BURST_VALUE_BYTES),
        seat,
        () -> false);
    restart(seat);
  }

  /** Writes so much, many at a time, or until the member has noticed. */
  private void burst(int entries, Seat seat, BooleanSupplier noticed) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (Caller writer : writers) {
      int share = entries / writers.size() + 1;
      threads.add(Thread.ofVirtual().start(() -> write(writer, share, seat, noticed)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void write(Caller writer, int entries, Seat seat, BooleanSupplier noticed) {
    String text = "burst %s %d ".formatted(seat.name(), writer.number());
    ByteString padding = ByteString.copyFrom(new byte[BURST_VALUE_BYTES]);
    ByteString key = ByteString.copyFromUtf8("c/" + writer.number());
    int failures = 0;
    for (int i = 0; i < entries + failures && !noticed.getAsBoolean(); i++) {
      ByteString value = ByteString.copyFromUtf8(text + writer.log().now() + " ").concat(padding);
      PutRequest put = PutRequest.newBuilder().setKey(key).setValue(value).build();
      if (writer.call(KVGrpc.getPutMethod(), put) == null && ++failures == BURST_FAILURES_MAX) {
        return;
      }
    }
  }
}
