package dev.keelson.sim.run;

import com.google.protobuf.ByteString;
import dev.keelson.node.Member;
import dev.keelson.node.MemberSettings;
import dev.keelson.node.MemberStartException;
import dev.keelson.node.loop.DurableLog;
import dev.keelson.node.loop.NodeLoop;
import dev.keelson.node.peer.Transport;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.sim.check.LeaseLedger;
import dev.keelson.sim.check.LogModel;
import dev.keelson.sim.check.Operation;
import dev.keelson.sim.check.RevisionChecker;
import dev.keelson.sim.check.Violation;
import dev.keelson.sim.check.WatchChecker;
import dev.keelson.sim.check.WatchSession;
import dev.keelson.sim.client.Calls;
import dev.keelson.sim.client.Compactions;
import dev.keelson.sim.client.Front;
import dev.keelson.sim.client.KvClient;
import dev.keelson.sim.client.LeaseClient;
import dev.keelson.sim.client.WatchClient;
import dev.keelson.sim.client.Workload;
import dev.keelson.sim.fault.Nemesis;
import dev.keelson.sim.invariant.Invariants;
import dev.keelson.sim.member.Host;
import dev.keelson.sim.member.HostEvents;
import dev.keelson.sim.member.Life;
import dev.keelson.sim.member.Shelf;
import dev.keelson.sim.network.SimNetwork;
import dev.keelson.sim.time.Chance;
import dev.keelson.sim.time.EventQueue;
import dev.keelson.sim.time.Journal;
import dev.keelson.sim.time.Party;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One run of a cluster, from a seed. */
public final class Simulation {
  private static final long SETTLE_NANOS = 120 * Knobs.SECOND;

  /** After everything is answered: for the last watchers to connect and hear the rest. */
  private static final long QUIET_NANOS = 3 * Knobs.SECOND;

  private static final long LONG_QUIET_NANOS = 60 * Knobs.SECOND;

  private static final ByteString EVERYTHING = ByteString.copyFrom(new byte[1]);

  private final long seed;
  private final EventQueue queue = new EventQueue(this::afterEvent);
  private final Chance chance;
  private final Knobs knobs;
  private final Calls calls;
  private final SimNetwork network;
  private final Invariants invariants = new Invariants(this::committed);
  private final Shelf shelf = new Shelf();
  private final Nemesis nemesis;
  private final List<Host> hosts = new ArrayList<>();
  private final List<KvClient> clients = new ArrayList<>();
  private final List<WatchClient> watchers = new ArrayList<>();
  private final List<LeaseClient> lessees = new ArrayList<>();
  private final Compactions compactions;
  private final List<Operation> history = new ArrayList<>();
  private final List<WatchSession> sessions = new ArrayList<>();
  private final LeaseLedger ledger = new LeaseLedger();

  public Simulation(long seed) {
    this.seed = seed;
    chance = new Chance(seed);
    knobs = Knobs.draw(chance.split());
    calls = new Calls(queue, chance.split());
    network = new SimNetwork(queue, chance.split(), knobs.weather(), invariants::sent);
    for (int i = 1; i <= knobs.members(); i++) {
      hosts.add(
          new Host(
              queue,
              chance.split(),
              knobs.pace(),
              new Watch(),
              shelf,
              i,
              settings(i),
              chance.between(-knobs.driftPpmMax(), knobs.driftPpmMax()),
              chance.between(1_600_000_000_000L, 1_900_000_000_000L)));
    }
    nemesis = new Nemesis(queue, chance.split(), hosts, network, knobs.nemesis());
    Workload workload = new Workload(chance.split(), knobs.mix());
    for (int i = 1; i <= knobs.clients(); i++) {
      clients.add(
          new KvClient(
              queue,
              chance.split(),
              calls,
              this::pick,
              workload,
              history,
              knobs.client(),
              this::someLease,
              i));
    }
    for (int i = 0; i < knobs.watchers(); i++) {
      watchers.add(
          new WatchClient(queue, chance.split(), calls, this::pick, sessions, workload.keys()));
    }
    for (int i = 0; i < knobs.lessees(); i++) {
      lessees.add(new LeaseClient(queue, chance.split(), calls, this::pick, ledger));
    }
    compactions =
        new Compactions(
            queue,
            chance.split(),
            calls,
            this::pick,
            () -> invariants.committed().model().history().revision(),
            knobs.compactEveryNanos());
  }

  private static String peerUrl(int number) {
    return "http://m" + number + ":2380";
  }

  private MemberSettings settings(int number) {
    Map<String, List<String>> initial = new TreeMap<>();
    for (int i = 1; i <= knobs.members(); i++) {
      initial.put("m" + i, List.of(peerUrl(i)));
    }
    Path dataDir = Path.of("/member" + number);
    MemberSettings usual = MemberSettings.standalone(dataDir);
    return new MemberSettings(
        "m" + number,
        dataDir,
        dataDir.resolve("wal"),
        List.of(peerUrl(number)),
        List.of("http://m" + number + ":2379"),
        MemberSettings.Cluster.of(initial),
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
        new MemberSettings.Memory(0, knobs.memtableBytes(), knobs.logCacheBytes(), 1 << 20),
        usual.auth(),
        usual.upkeep());
  }

  private long someLease() {
    return lessees.isEmpty() ? 0 : chance.pick(lessees).lease();
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
    watchers.forEach(WatchClient::start);
    lessees.forEach(LeaseClient::start);
    compactions.start();
    nemesis.start();
    while (queue.executed() < events && queue.step()) {
      // on
    }
    settle();
    readEverything();
    LogModel model = invariants.committed().model();
    RevisionChecker.check(model.history(), history);
    checkWatches();
    checkEqualStates();
    return new Result(
        seed,
        knobs.members(),
        queue.executed(),
        queue.nowNanos(),
        queue.trace().hash(),
        history.size(),
        sessions.size(),
        invariants.committed().model().history().revision(),
        invariants.elections(),
        nemesis.counts());
  }

  /** What was notable so far. */
  public Journal journal() {
    return queue.journal();
  }

  private void settle() {
    queue.note("no more faults");
    nemesis.stop();
    clients.forEach(KvClient::stop);
    watchers.forEach(WatchClient::calm);
    lessees.forEach(LeaseClient::stop);
    compactions.stop();
    long deadline = queue.nowNanos() + SETTLE_NANOS;
    while (busy() && queue.nowNanos() < deadline && queue.step()) {
      // on
    }
    if (busy()) {
      throw new Violation("not settled two minutes after the last fault: " + picture());
    }
    pass(QUIET_NANOS);
    while (unheard() && queue.nowNanos() < deadline && queue.step()) {
      // on
    }
  }

  /** What every member holds in the end goes into the history, to be judged with the rest. */
  private void readEverything() {
    List<Operation> last = new ArrayList<>();
    long newest = invariants.committed().model().history().revision();
    for (Host host : hosts) {
      Life life = host.life();
      RangeRequest everything =
          RangeRequest.newBuilder()
              .setKey(EVERYTHING)
              .setRangeEnd(EVERYTHING)
              .setSerializable(true)
              .build();
      Operation operation = new Operation(0, everything, queue.executed());
      last.add(operation);
      if (life != null) {
        calls.unary(
            life,
            KVGrpc.getRangeMethod(),
            everything,
            SETTLE_NANOS,
            answer -> {
              if (answer.response() != null) {
                operation.succeeded(queue.executed(), answer.response());
              }
            });
      }
    }
    pass(QUIET_NANOS);
    for (Operation operation : last) {
      if (!(operation.response() instanceof RangeResponse response)
          || response.getHeader().getRevision() < newest) {
        throw new Violation("in the end not at revision %d: %s".formatted(newest, operation));
      }
    }
    history.addAll(last);
  }

  private void checkEqualStates() {
    Host first = hosts.getFirst();
    for (Host host : hosts) {
      if (host.applied().index() == first.applied().index()
          && host.replicatedHash() != first.replicatedHash()) {
        throw new Violation(
            "hosts %d and %d differ after entry %d"
                .formatted(first.number(), host.number(), first.applied().index()));
      }
    }
  }

  /** On slow hosts the last events may need longer than usual, but not for ever. */
  private void checkWatches() {
    LogModel model = invariants.committed().model();
    try {
      sessions.forEach(each -> check(model, each));
    } catch (Violation early) {
      pass(LONG_QUIET_NANOS);
      sessions.forEach(each -> check(model, each));
    }
  }

  private static void check(LogModel model, WatchSession session) {
    WatchChecker.check(model.history(), model.compactRevision(), session, true);
  }

  /** Whether a watch was asked for and not answered yet. */
  private boolean unheard() {
    for (WatchSession session : sessions) {
      if (session.open() && session.responses().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private void pass(long nanos) {
    long end = queue.nowNanos() + nanos;
    while (queue.nowNanos() < end && queue.step()) {
      // on
    }
  }

  private String picture() {
    StringBuilder text = new StringBuilder();
    for (Host host : hosts) {
      Member member = host.member();
      text.append(member == null ? "down" : host.applied() + " " + member.standing()).append("; ");
    }
    clients.stream().filter(KvClient::waiting).forEach(client -> text.append("client waits; "));
    return text.toString();
  }

  private boolean busy() {
    for (KvClient client : clients) {
      if (client.waiting()) {
        return true;
      }
    }
    for (Host host : hosts) {
      Member member = host.member();
      if (member == null
          || host.paused()
          || !member.ready().isDone()
          || host.applied().index() < invariants.maxCommit()) {
        return true;
      }
    }
    return false;
  }

  /** An entry is committed. */
  private void committed(InternalRaftRequest request) {
    if (request.hasLeaseRevoke()) {
      ledger.revoked(request.getLeaseRevoke().getID(), queue.nowNanos());
    }
  }

  private void afterEvent(Party party) {
    if (party instanceof Life life) {
      invariants.after(life);
    }
  }

  /** Hears what happens on the hosts. */
  private final class Watch implements HostEvents {
    @Override
    public Transport transport(Life life) {
      return network.endpoint(life, peerUrl(life.host().number()));
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
    public void started(Life life) {
      invariants.started(life);
      if (life.member() != null) {
        calls.started(life, new Front(life.member().clientServices()));
      }
    }

    @Override
    public void refused(Life life, MemberStartException reason) {
      if (!nemesis.excusesRefusal(life.host())) {
        throw new Violation("a member would not start", reason);
      }
    }

    @Override
    public void died(Life life) {
      calls.died(life);
      var _ =
          queue.after(
              nemesis.downNanos(),
              Party.WORLD,
              "restart",
              () -> {
                if (life.host().life() == null) {
                  life.host().start();
                }
              });
    }

    @Override
    public void failed(Life life, Throwable cause) {
      if (!nemesis.excuses(life.host())) {
        throw new Violation("a member failed", cause);
      }
    }
  }
}
