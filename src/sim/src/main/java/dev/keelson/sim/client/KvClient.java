package dev.keelson.sim.client;

import com.google.protobuf.MessageLite;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.sim.check.Operation;
import dev.keelson.sim.member.Life;
import dev.keelson.sim.time.Chance;
import dev.keelson.sim.time.EventQueue;
import dev.keelson.sim.time.Party;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One client: asks, waits for the answer, thinks, asks again. It stays with a member until that
 * fails it.
 */
public final class KvClient {
  private final EventQueue queue;
  private final Chance chance;
  private final Calls calls;
  private final Directory directory;
  private final Workload workload;
  private final List<Operation> history;
  private final Settings settings;
  private final LongSupplier leases;
  private final int number;
  private @Nullable Life member;
  private long newestRevision;
  private boolean stopped;
  private boolean waiting;
  private long answered;

  /**
   * How patient a client is, in nanoseconds.
   *
   * @param thinkMax between an answer and the next request
   * @param timeout after which an answer is given up
   */
  public record Settings(long thinkMin, long thinkMax, long timeout) {}

  /**
   * Creates a client.
   *
   * @param history where it writes down what it does
   * @param leases a lease that keys may be attached to; 0 if there is none
   */
  public KvClient(
      EventQueue queue,
      Chance chance,
      Calls calls,
      Directory directory,
      Workload workload,
      List<Operation> history,
      Settings settings,
      LongSupplier leases,
      int number) {
    this.queue = queue;
    this.chance = chance;
    this.calls = calls;
    this.directory = directory;
    this.workload = workload;
    this.history = history;
    this.settings = settings;
    this.leases = leases;
    this.number = number;
  }

  /** Begins to ask. */
  public void start() {
    think();
  }

  /** Asks nothing more; an answer may still come. */
  public void stop() {
    stopped = true;
  }

  /** Whether an answer is outstanding. */
  public boolean waiting() {
    return waiting;
  }

  /** How many requests succeeded. */
  public long answered() {
    return answered;
  }

  private void think() {
    long delay = chance.delay(settings.thinkMin(), settings.thinkMax());
    var _ = queue.after(delay, Party.WORLD, "client", this::ask);
  }

  private void ask() {
    if (stopped) {
      return;
    }
    if (member == null || !member.alive() || chance.permille(20)) {
      member = directory.pick();
    }
    Life to = member;
    if (to == null) {
      think();
      return;
    }
    MessageLite request = workload.next(newestRevision, leases.getAsLong());
    switch (request) {
      case PutRequest put -> call(to, KVGrpc.getPutMethod(), put);
      case DeleteRangeRequest delete -> call(to, KVGrpc.getDeleteRangeMethod(), delete);
      case TxnRequest txn -> call(to, KVGrpc.getTxnMethod(), txn);
      case RangeRequest range -> call(to, KVGrpc.getRangeMethod(), range);
      default -> throw new IllegalStateException("no request of a client: " + request.getClass());
    }
  }

  private <Q extends MessageLite, R extends MessageLite> void call(
      Life to, MethodDescriptor<Q, R> method, Q request) {
    Operation operation = new Operation(number, request, queue.executed());
    history.add(operation);
    waiting = true;
    calls.unary(to, method, request, settings.timeout(), answer -> heard(operation, answer));
  }

  private void heard(Operation operation, Answer<? extends MessageLite> answer) {
    waiting = false;
    MessageLite response = answer.response();
    if (response == null) {
      operation.failed(queue.executed(), answer.status());
      member = null;
    } else {
      operation.succeeded(queue.executed(), response);
      newestRevision = Math.max(newestRevision, Revisions.of(response));
      answered++;
    }
    think();
  }
}
