package dev.keelson.sim.rounds;

import com.google.protobuf.MessageLite;
import dev.keelson.sim.check.Operation;
import dev.keelson.sim.time.Chance;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What all clients do: ask one member until it fails them, then another, and write down what they
 * asked and heard. One thread each. Nothing is asked twice: a request without an answer may have
 * been carried out.
 */
final class Caller {
  private static final int SWITCH_PERMILLE = 20;

  private final Logbook log;
  private final Doors doors;
  private final Chance chance;
  private final long callMillis;
  private final int number;
  private @Nullable ManagedChannel door;

  /**
   * Makes a caller.
   *
   * @param callMillis how long an answer is waited for
   * @param number of the client
   */
  Caller(Logbook log, Doors doors, Chance chance, long callMillis, int number) {
    this.log = log;
    this.doors = doors;
    this.chance = chance;
    this.callMillis = callMillis;
    this.number = number;
  }

  Chance chance() {
    return chance;
  }

  Logbook log() {
    return log;
  }

  int number() {
    return number;
  }

  /** Whether it may go on, after a pause. */
  boolean goesOn(long millisMin, long millisMax) throws InterruptedException {
    return log.goesOnAfter(chance.delay(millisMin, millisMax));
  }

  /** The way to the member it is with. */
  ManagedChannel door() {
    ManagedChannel now = door;
    if (now == null || chance.permille(SWITCH_PERMILLE)) {
      now = doors.pick(chance);
      door = now;
    }
    return now;
  }

  /** The member has failed it. */
  void leave() {
    ManagedChannel now = door;
    if (now != null) {
      now.resetConnectBackoff(); // the next who comes shall not find a closed door for long
      door = null;
    }
  }

  CallOptions options() {
    return CallOptions.DEFAULT.withDeadlineAfter(callMillis, TimeUnit.MILLISECONDS);
  }

  /** Makes a call that belongs in the history; null if it failed. */
  <Q extends MessageLite, R extends MessageLite> @Nullable R call(
      MethodDescriptor<Q, R> method, Q request) {
    ManagedChannel to = door();
    Operation operation = new Operation(number, request, log.now());
    log.begun(operation);
    try {
      R response = ClientCalls.blockingUnaryCall(to, method, options(), request);
      operation.succeeded(log.now(), response);
      return response;
    } catch (StatusRuntimeException e) {
      operation.failed(log.now(), e.getStatus());
      if (!operation.refused()) {
        leave();
      }
      return null;
    }
  }
}
