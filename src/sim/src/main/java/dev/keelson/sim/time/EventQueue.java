package dev.keelson.sim.time;

import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one queue of a simulation. Events happen one after the other, in the order of their virtual
 * time, those of the same moment in the order in which they were asked for. Nothing else runs:
 * there is one thread.
 */
public final class EventQueue {
  private final PriorityQueue<Event> queue = new PriorityQueue<>();
  private final Trace trace = new Trace();
  private final Journal journal = new Journal();
  private final Consumer<Party> afterEach;
  private long nowNanos;
  private long sequence;
  private long executed;

  /** An event that may be taken back. */
  public static final class Event implements Comparable<Event> {
    private long atNanos;
    private final long sequence;
    private final Party party;
    private final String what;
    private final Runnable action;
    private boolean cancelled;

    private Event(long atNanos, long sequence, Party party, String what, Runnable action) {
      this.atNanos = atNanos;
      this.sequence = sequence;
      this.party = party;
      this.what = what;
      this.action = action;
    }

    /** It will not happen, unless it has already. */
    public void cancel() {
      cancelled = true;
    }

    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
  }

  /**
   * An empty queue at time 0.
   *
   * @param afterEach runs after each event, with the party it belonged to
   */
  public EventQueue(Consumer<Party> afterEach) {
    this.afterEach = afterEach;
  }

  /** The present, in virtual nanoseconds since the start. */
  public long nowNanos() {
    return nowNanos;
  }

  /** How many events have happened. */
  public long executed() {
    return executed;
  }

  /** What distinguishes this run from others; everything worth comparing is added to it. */
  public Trace trace() {
    return trace;
  }

  /** What was notable. */
  public Journal journal() {
    return journal;
  }

  /** Writes something notable down. */
  public void note(String what) {
    journal.add(executed, nowNanos, what);
  }

  /**
   * Asks for an event.
   *
   * @param what a constant, for the trace
   */
  public Event after(long delayNanos, Party party, String what, Runnable action) {
    return push(nowNanos + Math.max(delayNanos, 0), party, what, action);
  }

  private Event push(long atNanos, Party party, String what, Runnable action) {
    Event event = new Event(atNanos, sequence++, party, what, action);
    queue.add(event);
    return event;
  }

  /** Lets the next event happen; false if there is none. */
  public boolean step() {
    Event event = next();
    if (event == null) {
      return false;
    }
    nowNanos = event.atNanos;
    executed++;
    trace.add(event.atNanos);
    trace.add(event.party.number());
    trace.add(event.what);
    event.action.run();
    afterEach.accept(event.party);
    return true;
  }

  /** Lets events happen until so much time has passed. */
  public void pass(long nanos) {
    long end = nowNanos + nanos;
    while (nowNanos < end && step()) {
      // on
    }
  }

  private @Nullable Event next() {
    for (Event event = queue.poll(); event != null; event = queue.poll()) {
      if (event.cancelled || !event.party.alive()) {
        continue;
      }
      long wakes = event.party.stoppedUntilNanos();
      if (wakes <= event.atNanos) {
        return event;
      }
      // the sequence stays, and with it the order among the events of a stopped process
      event.atNanos = wakes;
      queue.add(event);
    }
    return null;
  }
}
