package dev.keelson.sim.run;

import dev.keelson.node.MemberRemovedException;
import dev.keelson.node.MemberSettings;
import dev.keelson.node.MemberStartException;
import dev.keelson.node.loop.DurableLog;
import dev.keelson.node.loop.NodeLoop;
import dev.keelson.node.peer.Transport;
import dev.keelson.proto.etcdserverpb.Member;
import dev.keelson.sim.check.Violation;
import dev.keelson.sim.client.Calls;
import dev.keelson.sim.client.Front;
import dev.keelson.sim.fault.Nemesis;
import dev.keelson.sim.invariant.Invariants;
import dev.keelson.sim.member.Host;
import dev.keelson.sim.member.HostEvents;
import dev.keelson.sim.member.Life;
import dev.keelson.sim.member.Shelf;
import dev.keelson.sim.membership.Machines;
import dev.keelson.sim.network.SimNetwork;
import dev.keelson.sim.time.Chance;
import dev.keelson.sim.time.EventQueue;
import dev.keelson.sim.time.Party;
import dev.keelson.storage.disk.Survival;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The machines of a run: those that found the cluster, and those that an operator sets up later.
 */
final class Fleet implements Machines, HostEvents {
  private static final int STEPS_OF_A_START = 16;

  /** Entries that a frugal process keeps, and one. */
  private static final int LOG_KEPT_MAX = 6;

  private final EventQueue queue;
  private final Chance chance;
  private final Knobs knobs;
  private final Calls calls;
  private final SimNetwork network;
  private final Invariants invariants;
  private final Nemesis nemesis;
  private final Shelf shelf = new Shelf();
  private final List<Host> hosts = new ArrayList<>();
  private final Map<Host, Long> members = new HashMap<>();
  private final Map<Host, String> urls = new HashMap<>();
  private final Set<Long> haveRun = new HashSet<>();
  private int machines;
  private int urlsGiven;
  private int crashes;
  private @Nullable Throwable broken;

  Fleet(
      EventQueue queue,
      Chance chance,
      Knobs knobs,
      Calls calls,
      SimNetwork network,
      Invariants invariants) {
    this.queue = queue;
    this.chance = chance;
    this.knobs = knobs;
    this.calls = calls;
    this.network = network;
    this.invariants = invariants;
    Map<String, List<String>> founders = new TreeMap<>();
    for (int i = 0; i < knobs.members(); i++) {
      String url = newUrl();
      founders.put(name(url), List.of(url));
    }
    founders.values().forEach(each -> setUp(each.getFirst(), MemberSettings.Cluster.of(founders)));
    nemesis = new Nemesis(queue, chance.split(), hosts(), network, knobs.nemesis());
  }

  /** Those that run a member, or are down for a while. */
  List<Host> hosts() {
    return Collections.unmodifiableList(hosts);
  }

  /** Breaks them. */
  Nemesis nemesis() {
    return nemesis;
  }

  /** How many processes ended without warning. */
  int crashes() {
    return crashes;
  }

  /** How many machines there were. */
  int machines() {
    return machines;
  }

  /** Switches all on; some lose power while they found the cluster. */
  void start() {
    for (Host host : List.copyOf(hosts)) {
      if (chance.permille(knobs.weakStartPermille())) {
        host.crashAtStep(1 + chance.below(STEPS_OF_A_START), Survival.RANDOM);
      }
      host.start();
    }
  }

  /** Some process whose member is open; null if there is none. */
  @Nullable Life pick() {
    List<Life> running = new ArrayList<>();
    for (Host host : hosts) {
      Life life = host.life();
      if (life != null && life.member() != null) {
        running.add(life);
      }
    }
    return running.isEmpty() ? null : chance.pick(running);
  }

  /** What a start threw that no start may throw; it was in nobody's way to say so. */
  void requireUnbroken() {
    Throwable cause = broken;
    if (cause != null) {
      throw new Violation("a member broke while it started", cause);
    }
  }

  private Host setUp(String url, MemberSettings.Cluster cluster) {
    Host host =
        new Host(
            queue,
            chance.split(),
            knobs.pace(),
            this,
            shelf,
            ++machines,
            settings(url, cluster, knobs.logKeepEntries(), knobs.memtableBytes()),
            chance.between(-knobs.driftPpmMax(), knobs.driftPpmMax()),
            chance.between(1_600_000_000_000L, 1_900_000_000_000L));
    hosts.add(host);
    urls.put(host, url);
    return host;
  }

  /** {@code http://m3:2380} belongs to {@code m3}. */
  private static String name(String url) {
    return url.substring("http://".length(), url.lastIndexOf(':'));
  }

  private MemberSettings settings(
      String url, MemberSettings.Cluster cluster, int logKeepEntries, long memtableBytes) {
    Path dataDir = Path.of("/" + name(url));
    MemberSettings usual = MemberSettings.standalone(dataDir);
    return new MemberSettings(
        name(url),
        dataDir,
        dataDir.resolve("wal"),
        List.of(url),
        List.of("http://" + name(url) + ":2379"),
        new MemberSettings.Cluster(
            cluster.initialMembers(),
            true,
            cluster.token(),
            cluster.exists(),
            false,
            knobs.strictReconfiguration(),
            1,
            knobs.promoteLearners(),
            true,
            MemberSettings.CorruptionChecks.NONE),
        knobs.heartbeatMillis(),
        knobs.electionMillis(),
        knobs.preVote(),
        usual.requestBytesMax(),
        usual.txnOpsMax(),
        0,
        logKeepEntries,
        knobs.compactionBatch(),
        usual.compactionPauseMillis(),
        5_000,
        true,
        new MemberSettings.Memory(0, memtableBytes, knobs.logCacheBytes(), 1 << 20),
        usual.auth(),
        usual.upkeep());
  }

  // What an operator does.

  @Override
  public String newUrl() {
    return "http://m" + ++urlsGiven + ":2380";
  }

  @Override
  public void provide(Member member, List<Member> all) {
    String url = member.getPeerURLs(0);
    Host there = null;
    for (Host host : hosts) {
      there = url.equals(urls.get(host)) ? host : there;
    }
    if (there != null && there.hasLog()) {
      return;
    }
    TreeMap<String, List<String>> known = new TreeMap<>();
    all.forEach(each -> known.put(name(each.getPeerURLs(0)), each.getPeerURLsList()));
    MemberSettings.Cluster cluster =
        new MemberSettings.Cluster(
            known,
            true,
            "",
            true,
            false,
            true,
            1,
            false,
            true,
            MemberSettings.CorruptionChecks.NONE);
    if (there == null && haveRun.contains(member.getID())) {
      // a stale list: on an empty disk it would not know how it has voted
      return;
    }
    if (there == null) {
      Host added = setUp(url, cluster);
      members.put(added, member.getID());
      added.start();
    } else if (there.settings().cluster().exists()) {
      members.put(there, member.getID());
      there.configure(settings(url, cluster, knobs.logKeepEntries(), knobs.memtableBytes()));
    }
  }

  @Override
  public void retireAllBut(Set<Long> present) {
    for (Host host : List.copyOf(hosts)) {
      Long member = members.get(host);
      if (member != null && !present.contains(member)) {
        retire(host);
      }
    }
  }

  @Override
  public boolean allRun() {
    return hosts.stream().allMatch(host -> host.member() != null);
  }

  @Override
  public void destroy(long member) {
    for (Host host : List.copyOf(hosts)) {
      Long runs = members.get(host);
      if (runs != null && runs == member) {
        retire(host);
      }
    }
  }

  private void retire(Host host) {
    queue.note("machine " + host.number() + " is switched off for good");
    hosts.remove(host);
    host.crash(Survival.NONE);
  }

  // What the machines tell, and ask.

  @Override
  public MemberSettings settings(Host host) {
    return chance.permille(knobs.frugalStartPermille())
        ? settings(
            String.valueOf(urls.get(host)),
            host.settings().cluster(),
            chance.below(LOG_KEPT_MAX),
            1)
        : host.settings();
  }

  @Override
  public Transport transport(Life life) {
    return network.endpoint(life, String.valueOf(urls.get(life.host())));
  }

  @Override
  public DurableLog watch(Life life, DurableLog log) {
    return invariants.watch(life, log);
  }

  @Override
  public NodeLoop.Ports watch(Life life, NodeLoop.Ports ports) {
    return invariants.watch(life, ports);
  }

  @Override
  public void diskStep(Life life) {
    invariants.diskStep(life);
  }

  @Override
  public void started(Life life) {
    invariants.started(life);
    nemesis.started(life.host());
    var member = life.member();
    if (member != null) {
      members.put(life.host(), member.memberId());
      haveRun.add(member.memberId());
      calls.started(life, new Front(member.clientServices()));
    }
  }

  @Override
  public void refused(Life life, MemberStartException reason) {
    Host host = life.host();
    if (wasRemoved(host)) {
      hosts.remove(host);
    } else if (!(isJoining(host) || nemesis.excusesRefusal(host))) {
      throw new Violation("a member would not start", reason);
    }
  }

  /** The membership may have changed since it was told of it; the operator tells it anew. */
  private static boolean isJoining(Host host) {
    return host.settings().cluster().exists() && !host.hasLog();
  }

  private boolean wasRemoved(Host host) {
    Long member = members.get(host);
    return member != null && invariants.committed().configuration().isRemoved(member);
  }

  @Override
  public void died(Life life) {
    crashes++;
    calls.died(life);
    var _ =
        queue.after(
            nemesis.downNanos(),
            Party.WORLD,
            "restart",
            () -> {
              if (life.host().life() == null && hosts.contains(life.host())) {
                life.host().start();
              }
            });
  }

  @Override
  public void failed(Life life, Throwable cause) {
    Host host = life.host();
    if (cause instanceof MemberRemovedException && wasRemoved(host)) {
      hosts.remove(host);
    } else if (cause instanceof Violation || !nemesis.excuses(host)) {
      // a broken disk excuses much, but no broken promise
      throw new Violation("a member failed", cause);
    }
  }

  @Override
  public void broken(Throwable cause) {
    broken = broken == null ? cause : broken;
  }
}
