package dev.keelson.node.loop;

import dev.keelson.kv.Applied;
import dev.keelson.kv.error.KvError;
import dev.keelson.node.identity.CallerContext;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of client writes into the log: a bounded queue that the node loop drains in batches, and
 * the table of those who wait for the outcome. Thread-safe.
 */
public final class Proposals {
  /** Proposals waiting for the log, or for their outcome, at most. */
  private static final int WAITING_MAX = 50_000;

  /** Encoded bytes of those, at most: what large values of slow times may take of the heap. */
  private static final long WAITING_BYTES_MAX = 32L << 20;

  private final ConcurrentLinkedQueue<Pending> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger queued = new AtomicInteger();
  private final ConcurrentHashMap<Long, Pending> waiting = new ConcurrentHashMap<>();
  private final LongAdder failures = new LongAdder();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final RequestIds ids;
  private final LongSupplier nowNanos;
  private final long timeoutNanos;
  private final TimeoutReason timeoutReason;
  private final int bytesMax;
  private final Runnable wake;
  private volatile boolean closed;

  /** The newest term of which an entry was applied here, and since when; node loop only. */
  private long reachedTerm;

  private long reachedNanos;

  /** Tells why an outcome did not come. */
  public interface TimeoutReason {
    /** A leader was elected. Node loop only. */
    void leaderElected();

    /**
     * Why a proposal made at {@code startNanos} was not answered in time.
     *
     * @param nowNanos the present
     */
    KvError of(long startNanos, long nowNanos);

    /** How long after a new leader's first entry those proposed before have lost, nanoseconds. */
    long graceNanos();
  }

  /**
   * Creates the queue.
   *
   * @param timeoutNanos how long an outcome is waited for
   * @param timeoutReason what is said then
   * @param bytesMax the largest encoded request
   * @param wake makes the node loop look at the queue
   */
  public Proposals(
      RequestIds ids,
      LongSupplier nowNanos,
      long timeoutNanos,
      TimeoutReason timeoutReason,
      int bytesMax,
      Runnable wake) {
    this.ids = ids;
    this.nowNanos = nowNanos;
    this.timeoutNanos = timeoutNanos;
    this.timeoutReason = timeoutReason;
    this.bytesMax = bytesMax;
    this.wake = wake;
  }

  /**
   * Proposes a command. The callback runs exactly once, on {@code executor}, when the entry has
   * been applied here or when it is certain or likely (a timeout leaves the outcome open) that it
   * will not be. A command without header gets one that names the caller of the current gRPC call.
   */
  public void propose(
      InternalRaftRequest.Builder command, Executor executor, Consumer<Applied> callback) {
    propose(command, 0, executor, callback);
  }

  /**
   * Proposes a command as the leader of a term, or not at all: it was decided on what this member
   * knew as that leader.
   */
  public void proposeAsLeaderOf(
      long term,
      InternalRaftRequest.Builder command,
      Executor executor,
      Consumer<Applied> callback) {
    propose(command, term, executor, callback);
  }

  private void propose(
      InternalRaftRequest.Builder command,
      long boundTo,
      Executor executor,
      Consumer<Applied> callback) {
    long id = ids.next();
    if (!command.hasHeader()) {
      command.setHeader(CallerContext.header(CallerContext.current()));
    }
    command.getHeaderBuilder().setID(id);
    InternalRaftRequest request = command.setID(id).build();
    byte[] data = request.toByteArray();
    Pending pending =
        new Pending(
            id, request, data, executor, callback, nowNanos.getAsLong() + timeoutNanos, boundTo);
    KvError refusal = refusal(data.length);
    if (refusal != null) {
      fail(pending, refusal);
      return;
    }
    waitingBytes.addAndGet(data.length);
    waiting.put(id, pending);
    queue.add(pending);
    queued.incrementAndGet();
    wake.run();
    if (closed && forget(pending)) {
      fail(pending, KvError.STOPPED);
    }
  }

  /** Takes a proposal off the table; false if somebody else has. */
  private boolean forget(Pending pending) {
    boolean mine = waiting.remove(pending.id(), pending);
    if (mine) {
      waitingBytes.addAndGet(-pending.data().length);
    }
    return mine;
  }

  private @Nullable KvError refusal(int bytes) {
    if (bytes > bytesMax) {
      return KvError.REQUEST_TOO_LARGE;
    }
    if (closed) {
      return KvError.STOPPED;
    }
    return waiting.size() >= WAITING_MAX || waitingBytes.get() >= WAITING_BYTES_MAX
        ? KvError.TOO_MANY_REQUESTS
        : null;
  }

  /** Proposals that failed since the start: refused, timed out, or given up at the end. */
  public long failures() {
    return failures.sum();
  }

  private void fail(Pending pending, KvError error) {
    failures.increment();
    pending.fail(error);
  }

  /** Whether nothing waits to be taken. */
  boolean isEmpty() {
    return queued.get() == 0;
  }

  /** Proposals waiting for their outcome. */
  public int waiting() {
    return waiting.size();
  }

  /**
   * Takes what is queued, up to a number and a total size.
   *
   * @param leaderOf the term this member leads; 0 if it does not
   */
  List<Pending> take(int countMax, long bytesBound, long leaderOf) {
    List<Pending> taken = new ArrayList<>();
    long bytes = 0;
    while (taken.size() < countMax && bytes < bytesBound) {
      Pending next = queue.poll();
      if (next == null) {
        break;
      }
      queued.decrementAndGet();
      if (next.boundTo() != 0 && next.boundTo() != leaderOf) {
        if (forget(next)) {
          next.fail(KvError.NOT_LEADER);
        }
      } else if (waiting.containsKey(next.id())) {
        taken.add(next);
        bytes += next.data().length;
      }
    }
    return taken;
  }

  /** Puts back what could not be proposed yet, at the end. */
  void putBack(List<Pending> notTaken) {
    queue.addAll(notTaken);
    queued.addAndGet(notTaken.size());
  }

  /** Who waits here for the entry; null if it came from elsewhere, or nobody waits any more. */
  @Nullable Pending claim(byte[] entryData) {
    long id = idOf(entryData);
    Pending pending = id == 0 ? null : waiting.get(id);
    return pending != null && forget(pending) ? pending : null;
  }

  /** A leader other than the last one is known. Node loop only. */
  void leaderElected() {
    timeoutReason.leaderElected();
  }

  /** An entry of this term was applied here, after all that is left of earlier terms. */
  void termReached(long term) {
    if (term > reachedTerm) {
      reachedTerm = term;
      reachedNanos = nowNanos.getAsLong();
    }
  }

  /**
   * Fails those whose time is over, and those that went to an earlier leader and were not among
   * what the present one found in its log: they are lost, or as good as.
   */
  void expire() {
    long now = nowNanos.getAsLong();
    boolean settled = now - reachedNanos >= timeoutReason.graceNanos();
    for (Pending pending : waiting.values()) {
      long proposedIn = pending.proposedIn();
      if (settled && proposedIn != 0 && proposedIn < reachedTerm) {
        if (forget(pending)) {
          fail(pending, KvError.TIMED_OUT_LEADER_FAILED);
        }
      } else if (now - pending.deadlineNanos() >= 0 && forget(pending)) {
        fail(pending, timeoutReason.of(pending.deadlineNanos() - timeoutNanos, now));
      }
    }
  }

  /** Fails all, and everything that comes later. */
  public void close() {
    closed = true;
    for (Pending pending : waiting.values()) {
      if (forget(pending)) {
        fail(pending, KvError.STOPPED);
      }
    }
  }

  /**
   * Reads the id from the front of an encoded request, where field 1 puts it; 0 if there is none.
   */
  private static long idOf(byte[] data) {
    if (data.length < 2 || data[0] != 1 << 3) {
      return 0;
    }
    long id = 0;
    int at = 1;
    for (int shift = 0; shift < 64 && at < data.length; shift += 7) {
      byte next = data[at++];
      id |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return id;
      }
    }
    return 0;
  }
}
