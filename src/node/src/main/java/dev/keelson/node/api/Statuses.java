package dev.keelson.node.api;

import dev.keelson.kv.error.KvError;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.Objects;
import java.util.concurrent.CompletionException;

/** Turns errors into gRPC statuses. */
public final class Statuses {
  private Statuses() {}

  /** The status that tells a client of an error. */
  public static Status of(KvError error) {
    return Status.fromCodeValue(error.code()).withDescription(error.text());
  }

  /** The status that a call ends with that failed so. */
  public static Status of(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return switch (cause) {
      case StatusRuntimeException refused -> refused.getStatus();
      case StatusException refused -> refused.getStatus();
      default -> Status.INTERNAL.withDescription("internal error: " + cause);
    };
  }

  /** Whether two say the same. */
  public static boolean isSame(Status one, Status other) {
    return one.getCode() == other.getCode()
        && Objects.equals(one.getDescription(), other.getDescription());
  }
}
