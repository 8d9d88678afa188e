package dev.keelson.node.api;

import com.google.protobuf.UnsafeByteOperations;
import dev.keelson.kv.auth.AuthState;
import dev.keelson.kv.auth.Caller;
import dev.keelson.kv.auth.KeyAccess;
import dev.keelson.kv.error.KvException;
import dev.keelson.node.api.auth.Authentication;
import dev.keelson.node.api.watch.WatchAuthorizer;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Lets those create a watch who may read its whole range. */
final class WatchRights implements WatchAuthorizer {
  private final Authentication authentication;

  WatchRights(Authentication authentication) {
    this.authentication = authentication;
  }

  @Override
  public @Nullable String check(
      ServerCall<?, ?> call, Metadata headers, byte[] key, byte[] rangeEnd) {
    AuthState state = authentication.state().get();
    if (!state.enabled()) {
      return null;
    }
    try {
      Caller caller = authentication.identities().resolve(call, headers, state.revision());
      new KeyAccess(state, caller, lease -> List.of())
          .range(UnsafeByteOperations.unsafeWrap(key), UnsafeByteOperations.unsafeWrap(rangeEnd));
      return null;
    } catch (KvException e) {
      Status status = Statuses.of(e.error());
      return "rpc error: code = %s desc = %s".formatted(goName(status), status.getDescription());
    }
  }

  /** The name of a code as Go prints it: {@code PermissionDenied}. */
  private static String goName(Status status) {
    StringBuilder name = new StringBuilder();
    for (String word : status.getCode().name().split("_", -1)) {
      name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return name.toString();
  }
}
