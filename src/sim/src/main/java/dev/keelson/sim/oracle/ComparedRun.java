package dev.keelson.sim.oracle;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.keelson.proto.etcdserverpb.AuthenticateRequest;
import dev.keelson.proto.etcdserverpb.AuthenticateResponse;
import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrantResponse;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.v3electionpb.CampaignRequest;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Sends operations to two servers, one after another, and compares every answer. Both servers must
 * be at the same revision when it begins.
 */
final class ComparedRun implements AutoCloseable {
  private static final int STEPS_BETWEEN_SETTLING = 10;
  private static final int LARGE_BYTES = 64 << 10;
  private static final long KEEP_ALIVE_TIMEOUT_MILLIS = 20_000;

  /** Answers with the newest revision and little else. */
  private static final Operation.Call REVISION =
      new Operation.Call(
          KVGrpc.getRangeMethod(),
          RangeRequest.newBuilder().setKey(ByteString.copyFrom(new byte[1])).build());

  private final Side left;
  private final Side right;
  private final Comparison comparison;
  private final ComparedWatches watches;
  private boolean largeSent;
  private int steps;

  /**
   * Begins a run.
   *
   * @param tolerated how many kinds of difference are only collected; the next one ends the run
   */
  ComparedRun(Side left, Side right, int tolerated) throws Difference.Found, InterruptedException {
    if (left.symbols().currentRevision() != right.symbols().currentRevision()) {
      throw new IllegalArgumentException(
          "the servers differ before the first operation: revision "
              + left.symbols().currentRevision()
              + " against "
              + right.symbols().currentRevision());
    }
    this.left = left;
    this.right = right;
    VersionDifferences accepted =
        left.version().equals(right.version())
            ? VersionDifferences.NONE
            : VersionDifferences.FROM_3_5_16;
    this.comparison = new Comparison(left, right, accepted, tolerated);
    this.watches = new ComparedWatches(left, right, comparison);
  }

  /** Sends one operation to both sides; its answers, and events now and then, are compared. */
  void execute(Operation step) throws Difference.Found, InterruptedException {
    switch (step) {
      case Operation.Call call -> {
        largeSent |= call.request().getSerializedSize() > LARGE_BYTES;
        call("", call, call::describe);
      }
      case Operation.As as -> call(as.user(), as.call(), as::describe);
      case Operation.Watch watch -> watches.send(watch);
      case Operation.CloseStream close -> watches.close(close.stream());
      case Operation.KeepAlive keepAlive -> keepAlive(keepAlive);
      case Operation.Group group -> {
        for (Operation part : group.steps()) {
          execute(part);
        }
      }
    }
    // Events of large values fill the stream, and what is sent behind them is grouped as the reader
    // happens to keep up, by either server; so from then on every step is waited for.
    if (++steps % STEPS_BETWEEN_SETTLING == 0 || largeSent) {
      watches.settle();
    }
  }

  /** Compares everything that is still owed. */
  void finish() throws Difference.Found, InterruptedException {
    watches.settle();
  }

  /** How many pairs of answers were compared. */
  long compared() {
    return comparison.compared();
  }

  /** The first difference of each tolerated kind. */
  List<Difference> collected() {
    return comparison.collected();
  }

  /** How often each accepted difference between the versions was met. */
  Map<String, Integer> explained() {
    return comparison.explained();
  }

  @Override
  public void close() {
    left.close();
    right.close();
  }

  private void call(String user, Operation.Call call, Supplier<String> where)
      throws Difference.Found, InterruptedException {
    if (call.request() instanceof CompactionRequest) {
      // What a late watch still gets depends on whether it was read before or after.
      watches.settle();
    }
    Message leftRequest = left.symbols().resolve(call.request());
    Message rightRequest = right.symbols().resolve(call.request());
    ListenableFuture<Message> leftFuture = left.send(user, call.method(), leftRequest);
    ListenableFuture<Message> rightFuture = right.send(user, call.method(), rightRequest);
    Answer leftAnswer = Side.await(leftFuture);
    Answer rightAnswer = Side.await(rightFuture);
    learn(left, leftRequest, leftAnswer);
    learn(right, rightRequest, rightAnswer);
    comparison.compare(where, leftRequest, leftAnswer, rightAnswer);
    if (call.request() instanceof CampaignRequest) {
      // Who leads already and brings another value has it written after what the header tells.
      call(user, REVISION, REVISION::describe);
    }
  }

  private static void learn(Side side, Message request, Answer answer) {
    if (!(answer instanceof Answer.Response(Message response))) {
      return;
    }
    side.symbols().sawRevision(Side.revision(response));
    if (request instanceof AuthenticateRequest login
        && response instanceof AuthenticateResponse welcome) {
      side.loggedIn(login.getName(), welcome.getToken());
    }
    if (request instanceof CompactionRequest compaction) {
      side.symbols().compactedAt(compaction.getRevision());
    }
    if (request instanceof LeaseGrantRequest grant
        && grant.getID() == 0
        && response instanceof LeaseGrantResponse granted) {
      side.symbols().pickedLeaseId(granted.getID());
    }
  }

  private void keepAlive(Operation.KeepAlive step) throws Difference.Found, InterruptedException {
    left.sendKeepAlive((LeaseKeepAliveRequest) left.symbols().resolve(step.request()));
    right.sendKeepAlive((LeaseKeepAliveRequest) right.symbols().resolve(step.request()));
    comparison.compare(
        step::describe,
        step.request(),
        left.takeKeepAlive(KEEP_ALIVE_TIMEOUT_MILLIS),
        right.takeKeepAlive(KEEP_ALIVE_TIMEOUT_MILLIS));
  }
}
