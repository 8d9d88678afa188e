package dev.keelson.server.gateway;

import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long a call may take, from the header {@code Grpc-Timeout} as grpc-gateway reads it: a number
 * and one of the units of gRPC's header of that name, {@code H}, {@code M}, {@code S}, {@code m},
 * {@code u} and {@code n}.
 */
final class CallTimeout {
  static final String HEADER = "Grpc-Timeout";

  private CallTimeout() {}

  /**
   * The options of a call.
   *
   * @param header null, empty and a time of zero mean that it may take any time
   * @throws StatusException if it is not a time
   */
  static CallOptions options(@Nullable String header) throws StatusException {
    if (header == null || header.isEmpty()) {
      return CallOptions.DEFAULT;
    }
    try {
      long time = Long.parseLong(header.substring(0, header.length() - 1));
      TimeUnit unit = unit(header.charAt(header.length() - 1));
      return time == 0 ? CallOptions.DEFAULT : CallOptions.DEFAULT.withDeadlineAfter(time, unit);
    } catch (NumberFormatException e) {
      throw Status.INVALID_ARGUMENT
          .withDescription("invalid grpc-timeout: " + header)
          .withCause(e)
          .asException();
    }
  }

  private static TimeUnit unit(char letter) {
    return switch (letter) {
      case 'H' -> TimeUnit.HOURS;
      case 'M' -> TimeUnit.MINUTES;
      case 'S' -> TimeUnit.SECONDS;
      case 'm' -> TimeUnit.MILLISECONDS;
      case 'u' -> TimeUnit.MICROSECONDS;
      case 'n' -> TimeUnit.NANOSECONDS;
      default -> throw new NumberFormatException("no unit: " + letter);
    };
  }
}
