package dev.keelson.sim.run;

import dev.keelson.sim.check.LeaseLedger;
import dev.keelson.sim.check.Operation;
import dev.keelson.sim.check.WatchSession;
import dev.keelson.sim.client.Calls;
import dev.keelson.sim.client.Compactions;
import dev.keelson.sim.client.Directory;
import dev.keelson.sim.client.KvClient;
import dev.keelson.sim.client.LeaseClient;
import dev.keelson.sim.client.WatchClient;
import dev.keelson.sim.client.Workload;
import dev.keelson.sim.time.Chance;
import dev.keelson.sim.time.EventQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** All clients of a run, and what they write down. */
final class Load {
  private final Chance chance;
  private final List<KvClient> clients = new ArrayList<>();
  private final List<WatchClient> watchers = new ArrayList<>();
  private final List<LeaseClient> lessees = new ArrayList<>();
  private final Compactions compactions;
  private final List<Operation> history = new ArrayList<>();
  private final List<WatchSession> sessions = new ArrayList<>();
  private final LeaseLedger ledger = new LeaseLedger();

  /**
   * Creates the clients.
   *
   * @param newest the newest revision, near enough
   */
  Load(
      EventQueue queue,
      Chance chance,
      Knobs knobs,
      Calls calls,
      Directory directory,
      LongSupplier newest) {
    this.chance = chance;
    Workload workload = new Workload(chance.split(), knobs.mix());
    for (int i = 1; i <= knobs.clients(); i++) {
      clients.add(
          new KvClient(
              queue,
              chance.split(),
              calls,
              directory,
              workload,
              history,
              knobs.client(),
              this::someLease,
              i));
    }
    for (int i = 0; i < knobs.watchers(); i++) {
      watchers.add(
          new WatchClient(queue, chance.split(), calls, directory, sessions, workload.keys()));
    }
    for (int i = 0; i < knobs.lessees(); i++) {
      lessees.add(new LeaseClient(queue, chance.split(), calls, directory, ledger));
    }
    compactions =
        new Compactions(queue, chance.split(), calls, directory, newest, knobs.compactEveryNanos());
  }

  private long someLease() {
    return lessees.isEmpty() ? 0 : chance.pick(lessees).lease();
  }

  void start() {
    clients.forEach(KvClient::start);
    watchers.forEach(WatchClient::start);
    lessees.forEach(LeaseClient::start);
    compactions.start();
  }

  /** Nothing more is asked; watchers go on listening. */
  void stop() {
    clients.forEach(KvClient::stop);
    watchers.forEach(WatchClient::calm);
    lessees.forEach(LeaseClient::stop);
    compactions.stop();
  }

  /** How many clients wait for an answer. */
  long waiting() {
    return clients.stream().filter(KvClient::waiting).count();
  }

  /** Whether a watch was asked for and not answered yet. */
  boolean unheard() {
    for (WatchSession session : sessions) {
      if (session.open() && session.responses().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** What was asked of the store, and answered. */
  List<Operation> history() {
    return history;
  }

  List<WatchSession> sessions() {
    return sessions;
  }

  LeaseLedger ledger() {
    return ledger;
  }
}
