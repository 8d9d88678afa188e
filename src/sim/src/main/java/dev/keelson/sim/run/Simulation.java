package dev.keelson.sim.run;

import dev.keelson.node.MemberSettings;
import dev.keelson.node.MemberStartException;
import dev.keelson.node.loop.DurableLog;
import dev.keelson.node.loop.NodeLoop;
import dev.keelson.node.peer.NoPeers;
import dev.keelson.node.peer.Transport;
import dev.keelson.sim.check.Operation;
import dev.keelson.sim.check.RevisionChecker;
import dev.keelson.sim.check.Violation;
import dev.keelson.sim.client.Calls;
import dev.keelson.sim.client.Front;
import dev.keelson.sim.client.KvClient;
import dev.keelson.sim.client.Workload;
import dev.keelson.sim.member.Host;
import dev.keelson.sim.member.HostEvents;
import dev.keelson.sim.member.Life;
import dev.keelson.sim.time.Chance;
import dev.keelson.sim.time.EventQueue;
import dev.keelson.sim.time.Party;
import dev.keelson.storage.disk.Survival;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One run of a cluster, from a seed. */
public final class Simulation {
  private final long seed;
  private final EventQueue queue = new EventQueue(this::afterEvent);
  private final Chance chance;
  private final Chance faults;
  private final Knobs knobs;
  private final Calls calls;
  private final CommittedLog committed = new CommittedLog();
  private final List<Host> hosts = new ArrayList<>();
  private final List<KvClient> clients = new ArrayList<>();
  private final List<Operation> history = new ArrayList<>();
  private boolean faulty = true;
  private int crashes;

  public Simulation(long seed) {
    this.seed = seed;
    chance = new Chance(seed);
    faults = chance.split();
    knobs = Knobs.draw(chance.split());
    calls = new Calls(queue, chance.split());
    for (int i = 1; i <= knobs.members(); i++) {
      hosts.add(
          new Host(
              queue,
              chance.split(),
              knobs.pace(),
              new Watch(),
              i,
              settings(i),
              chance.between(-knobs.driftPpmMax(), knobs.driftPpmMax()),
              chance.between(1_600_000_000_000L, 1_900_000_000_000L)));
    }
    Workload workload = new Workload(chance.split(), knobs.mix());
    for (int i = 1; i <= knobs.clients(); i++) {
      clients.add(
          new KvClient(
              queue, chance.split(), calls, this::pick, workload, history, knobs.client(), i));
    }
  }

  private MemberSettings settings(int number) {
    Path dataDir = Path.of("/member" + number);
    MemberSettings usual = MemberSettings.standalone(dataDir);
    return new MemberSettings(
        "m" + number,
        dataDir,
        dataDir.resolve("wal"),
        List.of("http://m" + number + ":2380"),
        List.of("http://m" + number + ":2379"),
        usual.clusterToken(),
        knobs.heartbeatMillis(),
        knobs.electionMillis(),
        knobs.preVote(),
        usual.requestBytesMax(),
        usual.txnOpsMax(),
        0,
        knobs.logKeepEntries(),
        knobs.compactionBatch(),
        usual.compactionPauseMillis(),
        5_000,
        true,
        new MemberSettings.Memory(0, knobs.memtableBytes(), 1 << 20, 1 << 20));
  }

  private @Nullable Life pick() {
    List<Life> running = new ArrayList<>();
    for (Host host : hosts) {
      Life life = host.life();
      if (life != null && life.member() != null) {
        running.add(life);
      }
    }
    return running.isEmpty() ? null : chance.pick(running);
  }

  /**
   * Runs until so many events have happened, and then, without faults, until all is settled.
   *
   * @throws Violation if a promise was broken
   */
  public Result run(long events) {
    hosts.forEach(Host::start);
    clients.forEach(KvClient::start);
    nextCrash();
    while (queue.executed() < events && queue.step()) {
      // on
    }
    settle();
    RevisionChecker.check(committed.model().history(), history);
    return new Result(
        seed,
        queue.executed(),
        queue.nowNanos(),
        queue.trace().hash(),
        history.size(),
        crashes,
        committed.model().history().revision());
  }

  private void nextCrash() {
    var _ =
        queue.after(
            faults.delay(Knobs.SECOND / 10, knobs.crashEveryNanos()),
            Party.WORLD,
            "fault",
            () -> {
              if (faulty) {
                crash(faults.pick(hosts));
                nextCrash();
              }
            });
  }

  private void crash(Host host) {
    if (host.life() == null) {
      return;
    }
    Survival survival = faults.pick(List.of(Survival.values()));
    if (faults.even()) {
      host.crash(survival);
    } else {
      host.crashAtStep(1 + faults.below(20), survival);
    }
  }

  private void settle() {
    faulty = false;
    clients.forEach(KvClient::stop);
    long deadline = queue.nowNanos() + 120 * Knobs.SECOND;
    while (busy() && queue.nowNanos() < deadline && queue.step()) {
      // on
    }
    if (busy()) {
      throw new Violation("not settled two minutes after the last fault");
    }
  }

  private boolean busy() {
    for (KvClient client : clients) {
      if (client.waiting()) {
        return true;
      }
    }
    for (Host host : hosts) {
      if (host.member() == null || !host.member().ready().isDone()) {
        return true;
      }
    }
    return false;
  }

  private void afterEvent(Party party) {}

  /** Hears what happens on the hosts. */
  private final class Watch implements HostEvents {
    @Override
    public Transport transport(Life life) {
      return new NoPeers();
    }

    @Override
    public DurableLog watch(Life life, DurableLog log) {
      return log;
    }

    @Override
    public NodeLoop.Ports watch(Life life, NodeLoop.Ports ports) {
      return committed.watch(ports);
    }

    @Override
    public void started(Life life) {
      if (life.member() != null) {
        calls.started(life, new Front(life.member().clientServices()));
      }
    }

    @Override
    public void refused(Life life, MemberStartException reason) {
      throw new Violation("a member would not start", reason);
    }

    @Override
    public void died(Life life) {
      crashes++;
      calls.died(life);
      var _ =
          queue.after(
              faults.delay(Knobs.MILLI, knobs.downNanosMax()),
              Party.WORLD,
              "restart",
              () -> life.host().start());
    }

    @Override
    public void failed(Life life, Throwable cause) {
      throw new Violation("a member failed", cause);
    }
  }
}
