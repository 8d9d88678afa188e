package dev.keelson.operator.model.membership;

import dev.keelson.operator.api.v1alpha1.Operation;
import dev.keelson.operator.api.v1alpha1.OperationStep;
import dev.keelson.operator.api.v1alpha1.OperationType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes and changes the operation that the status records. */
final class Operations {
  private static final Duration FIRST_BACK_OFF = Duration.ofSeconds(10);
  private static final int MAX_DOUBLINGS = 6;

  private Operations() {}

  static Operation start(OperationType type, List<Long> serials, Instant now) {
    return new Operation(type, serials, OperationStep.Running, now.toString(), null, 0, null);
  }

  static Operation grow(List<Long> serials, Instant now, Duration limit, int attempts) {
    return new Operation(
        OperationType.Grow,
        serials,
        OperationStep.Running,
        now.toString(),
        now.plus(limit).toString(),
        attempts,
        null);
  }

  static Operation roll(long serial, Instant now, Duration limit) {
    return at(
        start(OperationType.Roll, List.of(serial), now), OperationStep.Running, now.plus(limit));
  }

  static Operation withSerials(Operation operation, List<Long> serials) {
    return new Operation(
        operation.type(),
        serials,
        operation.step(),
        operation.startedAt(),
        operation.deadline(),
        operation.attempts(),
        operation.lastError());
  }

  static Operation at(Operation operation, OperationStep step, @Nullable Instant deadline) {
    return new Operation(
        operation.type(),
        operation.serials(),
        step,
        operation.startedAt(),
        deadline == null ? null : deadline.toString(),
        operation.attempts(),
        operation.lastError());
  }

  /** Takes an operation back; an error counts as an attempt and delays the next one. */
  static Operation rollingBack(Operation operation, @Nullable String error) {
    return new Operation(
        operation.type(),
        operation.serials(),
        OperationStep.RollingBack,
        operation.startedAt(),
        null,
        operation.attempts() + (error == null ? 0 : 1),
        error);
  }

  /** Delays the next attempt: 10 s, doubled with each failed one, at most 10 min 40 s. */
  static Operation backingOff(Operation operation, Instant now) {
    int doublings = Math.clamp(operation.attempts() - 1L, 0, MAX_DOUBLINGS);
    Operation empty = withSerials(operation, List.of());
    return at(
        empty, OperationStep.BackingOff, now.plus(FIRST_BACK_OFF.multipliedBy(1L << doublings)));
  }

  /** Whether the deadline of the present step has come; a step without one has no end. */
  static boolean due(Operation operation, Instant now) {
    String deadline = operation.deadline();
    return deadline != null && !now.isBefore(Instant.parse(deadline));
  }
}
