package dev.keelson.node.api.recipe;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/**
 * On whose behalf a recipe works: everything by which the services judge who is calling.
 *
 * @param headers the metadata of the call, a token among it
 * @param attributes of the transport, a client certificate among them
 * @param authority the host the client believes to talk to
 */
record Caller(Metadata headers, Attributes attributes, @Nullable String authority) {
  static Caller of(ServerCall<?, ?> call, Metadata headers) {
    return new Caller(headers, call.getAttributes(), call.getAuthority());
  }

  /** The metadata; a copy, since what receives it may change it. */
  Metadata copyOfHeaders() {
    Metadata copy = new Metadata();
    copy.merge(headers);
    return copy;
  }
}
