package dev.keelson.sim.member;

import dev.keelson.kv.mvcc.AppliedPosition;
import dev.keelson.kv.mvcc.Families;
import dev.keelson.node.Member;
import dev.keelson.node.MemberSettings;
import dev.keelson.node.MemberStartException;
import dev.keelson.node.env.Environment;
import dev.keelson.sim.time.Chance;
import dev.keelson.sim.time.EventQueue;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.memory.MemoryKvBackend;
import dev.keelson.storage.disk.CrashableDisk;
import dev.keelson.storage.disk.DiskFile;
import dev.keelson.storage.disk.Survival;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A machine with one member on it. Its clock, its disk and the flushed part of its store outlive
 * the processes that run on it.
 */
public final class Host {
  private static final int LIVES_MAX = 10_000;

  private static final List<Family> REPLICATED =
      List.of(
          Families.CURRENT,
          Families.LEASES,
          Families.LEASE_KEYS,
          Families.ALARMS,
          Families.MEMBERS,
          Families.CLUSTER);

  private final EventQueue queue;
  private final Chance chance;
  private final Pace pace;
  private final HostEvents events;
  private final HostClock clock;
  private final int number;
  private MemberSettings settings;
  private final Map<Path, CrashableDisk> disks = new LinkedHashMap<>();
  private final InOrder flusher = new InOrder();
  private final Shelf shelf;
  private @Nullable MemoryKvBackend store;
  private @Nullable Life process;
  private Survival survival = Survival.ALL;
  private long stepsUntilCrash = Long.MAX_VALUE;
  private long stoppedUntilNanos;
  private int lives;

  /**
   * Sets up a machine that is switched off.
   *
   * @param number from 1 on
   * @param driftPpm how many microseconds its clock gains per second
   * @param wallOffsetMillis what its wall clock shows at the start
   */
  public Host(
      EventQueue queue,
      Chance chance,
      Pace pace,
      HostEvents events,
      Shelf shelf,
      int number,
      MemberSettings settings,
      long driftPpm,
      long wallOffsetMillis) {
    this.queue = queue;
    this.chance = chance;
    this.pace = pace;
    this.events = events;
    this.shelf = shelf;
    this.number = number;
    this.settings = settings;
    this.clock =
        new HostClock(queue, chance.between(0, Long.MAX_VALUE / 4), driftPpm, wallOffsetMillis);
  }

  public int number() {
    return number;
  }

  public MemberSettings settings() {
    return settings;
  }

  /** From the next start on; matters only as long as there is no log. */
  public void configure(MemberSettings next) {
    settings = next;
  }

  /** Whether a member has run here: it has a log. */
  public boolean hasLog() {
    return !logFiles().isEmpty();
  }

  /** How many processes there were. */
  public int lives() {
    return lives;
  }

  /** The process that runs now; null if the machine is down. */
  public @Nullable Life life() {
    return process;
  }

  /** The member that runs now; null if there is none. */
  public @Nullable Member member() {
    return process == null ? null : process.member();
  }

  /** Starts a member on what is on the disk. */
  public void start() {
    if (process != null) {
      throw new IllegalStateException("host " + number + " is running");
    }
    Life started = new Life(this, number * LIVES_MAX + ++lives);
    queue.note("start " + started);
    process = started;
    stoppedUntilNanos = 0;
    try {
      Environment environment =
          new SimEnvironment(this, started, queue, chance.split(), pace, clock, events);
      var _ =
          Member.open(
                  events.settings(this),
                  environment,
                  events.transport(started),
                  cause -> failed(started, cause))
              .whenComplete((member, failure) -> opened(started, member, failure));
    } catch (SimulatedCrash crash) {
      // it died while it started; that was told
    }
  }

  /** A future swallows what is thrown here: nothing may be, that somebody has to know. */
  private void opened(Life started, @Nullable Member member, @Nullable Throwable failure) {
    if (process != started) {
      return;
    }
    try {
      if (member != null) {
        started.opened(member);
        member.start();
        events.started(started);
      } else {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof MemberStartException refused) {
          queue.note(started + " refused to start: " + refused.getMessage());
          die(Survival.ALL);
          events.refused(started, refused);
        } else if (cause != null) {
          events.broken(cause);
        }
      }
    } catch (SimulatedCrash crash) {
      // it died while it started; that was told
    } catch (RuntimeException | Error broken) {
      events.broken(broken);
    }
  }

  private void failed(Life from, Throwable cause) {
    if (process == from) {
      queue.note(from + " failed: " + cause);
      die(Survival.ALL);
      events.failed(from, cause);
    }
  }

  /**
   * Ends the process without warning.
   *
   * @param unsynced what becomes of what was written and not persisted
   */
  public void crash(Survival unsynced) {
    if (process != null) {
      die(unsynced);
    }
  }

  /**
   * Ends the process right before a step of its disk: a write, a persist, a rename.
   *
   * @param steps how many from now; 1 is the next
   */
  public void crashAtStep(long steps, Survival unsynced) {
    stepsUntilCrash = steps;
    survival = unsynced;
  }

  /** Ends the process as an operator does. */
  public void stop() {
    Life stopping = process;
    Member member = member();
    if (stopping != null && member != null) {
      try {
        member.close();
      } catch (SimulatedCrash crash) {
        return;
      } catch (RuntimeException failure) {
        failed(stopping, failure);
        return;
      }
      if (process != stopping) {
        return; // it died on the way, and a future kept that to itself
      }
      stopping.die();
      queue.note("stop " + stopping);
      process = null;
      store = store == null ? null : store.reopen();
      events.died(stopping);
    }
  }

  private void die(Survival unsynced) {
    Life dead = process;
    if (dead == null) {
      return;
    }
    dead.die();
    queue.note("end " + dead + ", unsynced " + unsynced);
    process = null;
    stepsUntilCrash = Long.MAX_VALUE;
    disks.replaceAll((path, disk) -> disk.crash(chance.generator(), unsynced));
    store = store == null ? null : store.crash();
    events.died(dead);
  }

  /**
   * Stops the process for a while, as SIGSTOP and a long pause of the collector do. A pause that
   * has begun is never cut short: what was put off until its end would be overtaken by what comes
   * next.
   */
  public void pause(long nanos) {
    stoppedUntilNanos = Math.max(stoppedUntilNanos, queue.nowNanos() + nanos);
  }

  /** Whether the process is stopped. */
  public boolean paused() {
    return process != null && stoppedUntilNanos > queue.nowNanos();
  }

  /** Sets the wall clock forward, or back. */
  public void jumpWallClock(long millis) {
    clock.jumpWall(millis);
  }

  long stoppedUntilNanos() {
    return stoppedUntilNanos;
  }

  /** The disk below a directory; the same as long as no power is lost. */
  CrashableDisk disk(Path directory) {
    CrashableDisk disk = disks.computeIfAbsent(directory, path -> new CrashableDisk());
    disk.observe(this::beforeDiskStep);
    return disk;
  }

  /** The disk with the log on it. */
  public CrashableDisk disk() {
    return disk(settings.dataDir());
  }

  /** The files of the log, by name. */
  public List<String> logFiles() {
    String folder = settings.walDir().getFileName().toString();
    return disk().list(folder).stream()
        .filter(name -> name.endsWith(".wal"))
        .map(name -> folder + "/" + name)
        .toList();
  }

  /** A byte of a file; -1 behind its end. */
  public int readByte(String file, long at) throws IOException {
    try (DiskFile open = disk().open(file)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      return open.read(one, at) < 0 ? -1 : one.get(0);
    }
  }

  private void beforeDiskStep() {
    Life running = process;
    if (running != null) {
      events.diskStep(running);
    }
    if (process != null && --stepsUntilCrash <= 0) {
      die(survival);
      throw new SimulatedCrash();
    }
  }

  /** How far the state machine of the running process is. */
  public AppliedPosition applied() {
    if (store == null) {
      throw new IllegalStateException("host " + number + " has no store yet");
    }
    return AppliedPosition.read(store);
  }

  /**
   * A hash over what must be the same on all members that have applied the same: not over what
   * compactions remove little by little, nor over what is a member's own.
   */
  public long replicatedHash() {
    if (store == null) {
      throw new IllegalStateException("host " + number + " has no store yet");
    }
    CRC32C crc = new CRC32C();
    for (Family family : REPLICATED) {
      crc.update(family.name().getBytes(StandardCharsets.US_ASCII));
      try (Cursor rows = store.ascending(family, new byte[0], null)) {
        while (rows.next()) {
          crc.update(rows.key());
          crc.update(rows.value());
        }
      }
    }
    return crc.getValue();
  }

  boolean hasStore() {
    return store != null;
  }

  KvBackend openStore(Life by) {
    flusher.process = by;
    if (store == null) {
      store = MemoryKvBackend.create(Families.ALL, flusher);
    }
    return new SimStore(store, shelf);
  }

  /** Flushes take a while and complete one after the other. */
  private final class InOrder implements Executor {
    private @Nullable Life process;
    private long busyUntilNanos;

    @Override
    public void execute(Runnable flush) {
      Life owner = process;
      if (owner == null) {
        throw new IllegalStateException("a flush of a store that is not open");
      }
      long from = Math.max(busyUntilNanos, queue.nowNanos());
      busyUntilNanos = from + chance.delay(pace.flushMin(), pace.flushMax());
      queue.after(
          busyUntilNanos - queue.nowNanos(), owner, "flush", () -> SimulatedCrash.contain(flush));
    }
  }
}
