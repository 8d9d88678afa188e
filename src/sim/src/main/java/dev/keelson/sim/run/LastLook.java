package dev.keelson.sim.run;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.sim.check.LogModel;
import dev.keelson.sim.check.Operation;
import dev.keelson.sim.check.RevisionChecker;
import dev.keelson.sim.check.Violation;
import dev.keelson.sim.check.WatchChecker;
import dev.keelson.sim.check.WatchSession;
import dev.keelson.sim.client.Calls;
import dev.keelson.sim.member.Host;
import dev.keelson.sim.member.Life;
import dev.keelson.sim.time.EventQueue;
import java.util.ArrayList;
import java.util.List;

/** What is looked at when all has settled: the last state of each member, and the histories. */
final class LastLook {
  private static final long QUIET_NANOS = 3 * Knobs.SECOND;

  /** On slow hosts the last events may need longer than usual, but not for ever. */
  private static final long LONG_QUIET_NANOS = 60 * Knobs.SECOND;

  private static final ByteString EVERYTHING = ByteString.copyFrom(new byte[1]);

  private final EventQueue queue;
  private final Calls calls;
  private final List<Host> hosts;
  private final LogModel model;
  private final Load load;

  LastLook(EventQueue queue, Calls calls, List<Host> hosts, LogModel model, Load load) {
    this.queue = queue;
    this.calls = calls;
    this.hosts = hosts;
    this.model = model;
    this.load = load;
  }

  /**
   * Looks.
   *
   * @throws Violation if a promise was broken
   */
  void take() {
    readEverything();
    RevisionChecker.check(model.history(), load.history());
    checkWatches();
    checkEqualStates();
  }

  /** What every member holds in the end goes into the history, to be judged with the rest. */
  private void readEverything() {
    List<Operation> last = new ArrayList<>();
    // a lease may have expired since all had settled: what it did is waited for
    long newest = model.history().revision();
    long deadline = queue.nowNanos() + LONG_QUIET_NANOS;
    while (hosts.stream().anyMatch(host -> host.applied().revision() < newest)
        && queue.nowNanos() < deadline
        && queue.step()) {
      // on
    }
    for (Host host : hosts) {
      RangeRequest everything =
          RangeRequest.newBuilder()
              .setKey(EVERYTHING)
              .setRangeEnd(EVERYTHING)
              .setSerializable(true)
              .build();
      Operation operation = new Operation(0, everything, queue.executed());
      last.add(operation);
      Life life = host.life();
      if (life != null) {
        calls.unary(
            life,
            KVGrpc.getRangeMethod(),
            everything,
            LONG_QUIET_NANOS,
            answer -> {
              if (answer.response() != null) {
                operation.succeeded(queue.executed(), answer.response());
              } else {
                operation.failed(queue.executed(), answer.status());
              }
            });
      }
    }
    queue.pass(QUIET_NANOS);
    for (Operation operation : last) {
      if (!(operation.response() instanceof RangeResponse response)
          || response.getHeader().getRevision() < newest) {
        throw new Violation("in the end not at revision %d: %s".formatted(newest, operation));
      }
    }
    load.history().addAll(last);
  }

  private void checkWatches() {
    try {
      load.sessions().forEach(this::check);
    } catch (Violation early) {
      queue.pass(LONG_QUIET_NANOS);
      load.sessions().forEach(this::check);
    }
  }

  private void check(WatchSession session) {
    WatchChecker.check(model.history(), model.compactRevision(), session, true);
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
}
