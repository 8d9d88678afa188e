package dev.keelson.sim.rounds;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.proto.mvccpb.Event;
import dev.keelson.sim.check.LeaseLedger;
import dev.keelson.sim.check.Observed;
import dev.keelson.sim.check.Operation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What is written down during a round, by all who take part in it. Thread-safe. */
final class Logbook {
  /** Keys with a lease of their own, named by its number. */
  static final ByteString LEASED = ByteString.copyFromUtf8("b/");

  private final long start = System.nanoTime();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final List<Operation> operations = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Map<FaultKind, Integer> faults = new EnumMap<>(FaultKind.class);
  private final LeaseLedger ledger = new LeaseLedger();
  private final Observed observed = new Observed();
  private @Nullable Throwable broken;
  private int leases;

  /** The one clock of the round, in nanoseconds. */
  long now() {
    return System.nanoTime() - start;
  }

  /** Waits, unless the load ends before. */
  boolean goesOnAfter(long millis) throws InterruptedException {
    return !stop.await(millis, TimeUnit.MILLISECONDS);
  }

  /** Clients ask for nothing more. */
  void endLoad() {
    stop.countDown();
  }

  boolean loadEnded() {
    return stop.getCount() == 0;
  }

  synchronized void begun(Operation operation) {
    operations.add(operation);
  }

  synchronized List<Operation> operations() {
    return List.copyOf(operations);
  }

  synchronized void note(String what) {
    notes.add("%8.3f s  %s".formatted(now() / 1e9, what));
  }

  synchronized List<String> notes() {
    return List.copyOf(notes);
  }

  /** A fault has been carried out. */
  synchronized void fault(FaultKind kind, String what) {
    faults.merge(kind, 1, Integer::sum);
    note(kind + " " + what);
  }

  synchronized Map<FaultKind, Integer> faults() {
    return new EnumMap<>(faults);
  }

  /** A promise is broken, or something went wrong here; the first of them counts. */
  synchronized void broken(Throwable cause) {
    if (broken == null) {
      broken = cause;
      note("broken: " + cause);
    }
  }

  synchronized @Nullable Throwable broken() {
    return broken;
  }

  /** A lease was granted or renewed. */
  synchronized void renewed(long lease, long asked, long ttlSeconds) {
    leases++;
    ledger.renewed(lease, asked, ttlSeconds);
  }

  /** How often a lease was granted or renewed. */
  synchronized int renewals() {
    return leases;
  }

  synchronized void givenUp(long lease) {
    ledger.givenUp(lease);
  }

  /** A lease has ended by now. */
  synchronized void leaseGone(long lease) {
    ledger.revoked(lease, now());
  }

  /** The key that shows whether a lease lives. */
  static ByteString leaseKey(long lease) {
    return LEASED.concat(ByteString.copyFromUtf8(Long.toUnsignedString(lease)));
  }

  /** The watch over everything has said something. */
  synchronized void heard(WatchResponse response) {
    observed.heard(response, now());
    for (Event event : response.getEventsList()) {
      ByteString key = event.getKv().getKey();
      if (event.getType() == Event.EventType.DELETE && key.startsWith(LEASED)) {
        leaseGone(Long.parseUnsignedLong(key.substring(LEASED.size()).toStringUtf8()));
      }
    }
  }

  /** What the watch over everything has said; to be looked at when it has ended. */
  synchronized Observed observed() {
    return observed;
  }

  /** The newest revision known to be committed. */
  synchronized long revision() {
    return observed.history().revision();
  }
}
