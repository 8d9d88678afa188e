package dev.keelson.node.api.watch;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/** Decides at creation whether the caller may read the range that a watch asks for. */
@FunctionalInterface
public interface WatchAuthorizer {
  /** Authentication is off. */
  WatchAuthorizer ALLOW_ALL = (call, headers, key, rangeEnd) -> null;

  /**
   * Checks READ permission. Called on the call's own thread, for each creation, in the call's
   * {@link io.grpc.Context}; must not block for long.
   *
   * @param call the stream, for its transport attributes (peer certificate)
   * @param headers the request metadata (token)
   * @param key the first key; never empty
   * @param rangeEnd as on the wire: empty for the single key, one zero byte for from-key
   * @return null when allowed, otherwise the cancel reason in full, such as {@code rpc error: code
   *     = PermissionDenied desc = etcdserver: permission denied}
   */
  @Nullable String check(ServerCall<?, ?> call, Metadata headers, byte[] key, byte[] rangeEnd);
}
