package dev.keelson.node.identity;

import dev.keelson.kv.auth.Caller;
import dev.keelson.proto.etcdserverpb.RequestHeader;
import io.grpc.Context;

/**
 * The caller of the gRPC call that the current thread works for. What is proposed within a call
 * carries the caller's name by itself; what is proposed outside of any has none and is refused
 * where the log demands one.
 */
public final class CallerContext {
  private static final Context.Key<Caller> CALLER =
      Context.keyWithDefault("keelson-caller", Caller.NOBODY);

  private CallerContext() {}

  /** The caller of the current call; {@link Caller#NOBODY} outside of calls. */
  public static Caller current() {
    return CALLER.get();
  }

  /** The current context with a caller. */
  public static Context with(Caller caller) {
    return Context.current().withValue(CALLER, caller);
  }

  /** A header of a log entry that names the caller. */
  public static RequestHeader.Builder header(Caller caller) {
    return RequestHeader.newBuilder()
        .setUsername(caller.username())
        .setAuthRevision(caller.revision());
  }
}
