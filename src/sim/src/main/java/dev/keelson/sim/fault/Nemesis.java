package dev.keelson.sim.fault;

import dev.keelson.node.Member;
import dev.keelson.sim.member.Host;
import dev.keelson.sim.network.SimNetwork;
import dev.keelson.sim.time.Chance;
import dev.keelson.sim.time.EventQueue;
import dev.keelson.sim.time.Party;
import dev.keelson.storage.disk.Survival;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Breaks things until it is told to stop. */
public final class Nemesis {
  private static final long MILLI = 1_000_000;
  private static final long HOUR_MILLIS = 3_600_000;
  private static final int STEPS_MAX = 24;
  private static final int SPACE_MAX = 20_000;

  /** Where in a file a bit tips over: the part that is mostly in use. */
  private static final int ROTTEN_BYTES = 12_000;

  private final EventQueue queue;
  private final Chance chance;
  private final List<Host> hosts;
  private final SimNetwork network;
  private final Settings settings;
  private final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
  private final Set<Host> broken = new HashSet<>();
  private final Map<Host, Rot> rotten = new HashMap<>();
  private boolean stopped;

  /**
   * A bit that has tipped over.
   *
   * @param damaged the byte that it is in, as it is since
   */
  private record Rot(String file, int bit, int damaged) {}

  /**
   * How much goes wrong.
   *
   * @param kinds what may happen
   * @param intervalMin nanoseconds between two faults, at least
   * @param downMax nanoseconds that a member stays down, at most
   * @param electionNanos the election timeout, by which pauses and partitions are measured
   */
  public record Settings(
      List<Fault> kinds, long intervalMin, long intervalMax, long downMax, long electionNanos) {
    /** A random set of kinds, so that some runs are full of one and free of another. */
    public static List<Fault> draw(Chance chance) {
      EnumSet<Fault> kinds = EnumSet.noneOf(Fault.class);
      for (Fault fault : Fault.values()) {
        if (chance.permille(450)) {
          kinds.add(fault);
        }
      }
      return List.copyOf(kinds);
    }
  }

  public Nemesis(
      EventQueue queue, Chance chance, List<Host> hosts, SimNetwork network, Settings settings) {
    this.queue = queue;
    this.chance = chance;
    this.hosts = hosts;
    this.network = network;
    this.settings = settings;
  }

  /** How often each kind of fault happened. */
  public Map<Fault, Integer> counts() {
    return counts;
  }

  /** Begins. */
  public void start() {
    if (!settings.kinds().isEmpty()) {
      next();
    }
  }

  /** Breaks nothing more, and mends what it broke. */
  public void stop() {
    stopped = true;
    network.calm();
    // one whose disk is found to be damaged when it starts is replaced by another
    for (Host host : List.copyOf(hosts)) {
      host.disk().limitSpace(Long.MAX_VALUE);
      host.disk().failWrite(Long.MAX_VALUE);
      host.disk().failPersist(Long.MAX_VALUE);
      host.crashAtStep(Long.MAX_VALUE, Survival.ALL);
      if (host.life() == null) {
        host.start();
      }
    }
  }

  /** How long a member that has just died stays down. */
  public long downNanos() {
    return stopped ? MILLI : chance.delay(MILLI, settings.downMax());
  }

  /** Whether a member may fail because its disk was broken; asked once per failure. */
  public boolean excuses(Host host) {
    return broken.remove(host);
  }

  /** Whether a member may refuse to start because its log is damaged; the damage is repaired. */
  public boolean excusesRefusal(Host host) {
    Rot rot = rotten.remove(host);
    if (rot == null) {
      return excuses(host);
    }
    try {
      // a tail that was cut, or written over, since is not as the rot has left it
      if (host.logFiles().contains(rot.file)
          && host.readByte(rot.file, rot.bit / Byte.SIZE) == rot.damaged) {
        host.disk().flipBit(rot.file, rot.bit);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return true;
  }

  /** A member has started: what had tipped over in its log was of no use. */
  public void started(Host host) {
    rotten.remove(host);
  }

  private void next() {
    long delay = chance.delay(settings.intervalMin(), settings.intervalMax());
    var _ =
        queue.after(
            delay,
            Party.WORLD,
            "fault",
            () -> {
              if (!stopped) {
                strike(chance.pick(settings.kinds()), chance.pick(hosts));
                next();
              }
            });
  }

  private void strike(Fault fault, Host host) {
    counts.merge(fault, 1, Integer::sum);
    queue.trace().add(fault.name());
    queue.note(fault + " " + host.number());
    switch (fault) {
      case KILL -> host.crash(Survival.ALL);
      case POWER_LOSS -> host.crash(survival());
      case POWER_LOSS_AT_STEP -> host.crashAtStep(1 + chance.below(STEPS_MAX), survival());
      case RESTART -> host.stop();
      case BLACKOUT -> hosts.forEach(each -> each.crash(survival()));
      case PAUSE -> host.pause(duration());
      case ISOLATION -> {
        long nanos = duration();
        others(host).forEach(other -> cutBoth(host, other, nanos));
      }
      case PARTITION -> partition();
      case ONE_WAY -> pair(host, (from, to) -> network.cut(from, to, duration()));
      case FLAKY -> pair(host, (from, to) -> network.flaky(from, to, duration(), 500));
      case SLOW -> pair(host, (from, to) -> network.slow(from, to, duration(), duration() / 4));
      case CLOCK_JUMP -> host.jumpWallClock(chance.between(-HOUR_MILLIS, HOUR_MILLIS));
      case TRANSFER -> transfer(host);
      case DISK_FULL -> {
        broken.add(host);
        host.disk().limitSpace(chance.below(SPACE_MAX));
        var _ =
            queue.after(
                duration(), Party.WORLD, "space", () -> host.disk().limitSpace(Long.MAX_VALUE));
      }
      case WRITE_ERROR -> {
        broken.add(host);
        host.disk().failWrite(1 + chance.below(STEPS_MAX));
      }
      case PERSIST_ERROR -> {
        broken.add(host);
        host.disk().failPersist(1 + chance.below(STEPS_MAX));
      }
      case BIT_ROT -> rot(host);
    }
  }

  private void rot(Host host) {
    host.crash(Survival.ALL);
    if (rotten.containsKey(host)) {
      return;
    }
    try {
      List<String> files = host.logFiles();
      if (!files.isEmpty()) {
        String file = chance.pick(files);
        int bit = chance.below(Byte.SIZE * ROTTEN_BYTES);
        host.disk().flipBit(file, bit);
        rotten.put(host, new Rot(file, bit, host.readByte(file, bit / Byte.SIZE)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Survival survival() {
    return chance.pick(List.of(Survival.values()));
  }

  /** From half an election timeout to five, rarely much longer. */
  private long duration() {
    long base = settings.electionNanos();
    return chance.permille(100)
        ? chance.between(5 * base, 20 * base)
        : chance.between(base / 2, 5 * base);
  }

  private List<Host> others(Host host) {
    List<Host> others = new ArrayList<>(hosts);
    others.remove(host);
    return others;
  }

  private void cutBoth(Host one, Host other, long nanos) {
    network.cut(one.number(), other.number(), nanos);
    network.cut(other.number(), one.number(), nanos);
  }

  private void partition() {
    long nanos = duration();
    List<Host> left = new ArrayList<>();
    List<Host> right = new ArrayList<>();
    for (Host host : hosts) {
      (chance.even() ? left : right).add(host);
    }
    for (Host one : left) {
      for (Host other : right) {
        cutBoth(one, other, nanos);
      }
    }
  }

  /** Something that happens to one direction of a link. */
  private interface OnLink {
    void happen(int from, int to);
  }

  private void pair(Host from, OnLink what) {
    List<Host> others = others(from);
    if (!others.isEmpty()) {
      what.happen(from.number(), chance.pick(others).number());
    }
  }

  private void transfer(Host to) {
    Member target = to.member();
    if (target == null) {
      return;
    }
    for (Host host : hosts) {
      Member member = host.member();
      if (member != null && member.standing().isLeader()) {
        member.transferLeadership(target.memberId());
      }
    }
  }
}
