package dev.keelson.sim.check;

import com.google.protobuf.MessageLite;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * One request of one client, and what it heard. Times are of one clock for all clients; only their
 * order means something.
 */
public final class Operation {
  /** Of an operation whose end nobody saw. */
  public static final long NEVER = Long.MAX_VALUE;

  private final int client;
  private final MessageLite request;
  private final long invoked;
  private long returned = NEVER;
  private @Nullable MessageLite response;
  private Status status = Status.UNKNOWN;

  /** A request is sent. */
  public Operation(int client, MessageLite request, long invoked) {
    this.client = client;
    this.request = request;
    this.invoked = invoked;
  }

  /** It was answered. */
  public void succeeded(long at, MessageLite answer) {
    returned = at;
    response = answer;
    status = Status.OK;
  }

  /** It failed; whether it took effect may be open. */
  public void failed(long at, Status why) {
    returned = at;
    status = why;
  }

  public int client() {
    return client;
  }

  public MessageLite request() {
    return request;
  }

  public long invoked() {
    return invoked;
  }

  /** When the client heard of its end, whatever it was; {@link #NEVER} if it did not. */
  public long returned() {
    return returned;
  }

  /** Null unless it succeeded. */
  public @Nullable MessageLite response() {
    return response;
  }

  /** Whether it certainly did not, and never will, take effect. */
  public boolean refused() {
    return switch (status.getCode()) {
      case INVALID_ARGUMENT, NOT_FOUND, OUT_OF_RANGE, FAILED_PRECONDITION, PERMISSION_DENIED ->
          returned != NEVER;
      default -> false;
    };
  }

  @Override
  public String toString() {
    String text = "client %d at %d: %s".formatted(client, invoked, Texts.of(request));
    if (response != null) {
      return text + " -> " + Texts.of(response) + " at " + returned;
    }
    return returned == NEVER ? text + " -> ?" : text + " -> " + status + " at " + returned;
  }
}
