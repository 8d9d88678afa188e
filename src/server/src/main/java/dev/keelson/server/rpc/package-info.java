/**
 * A gRPC server for Netty: HTTP/2 framing (RFC 9113) and the gRPC wire protocol, as far as a server
 * needs them, and nothing else. It serves the same {@link io.grpc.ServerServiceDefinition}s as
 * grpc-java's own server at a fraction of its cost: one handler per connection, one object per
 * call, no promise per write, one flush per batch. Header compression is Netty's.
 *
 * <pre>
 * bytes -> FrameReader -> RpcConnection -> RpcStream -> handler of the method
 *                              |              |
 *          OutBuffer <---------+--------------+-- SendQueue (only what flow control holds back)
 * </pre>
 *
 * A connection and its streams belong to one event loop; methods of a call may be used from any
 * thread and hop there.
 */
@NullMarked
package dev.keelson.server.rpc;

import org.jspecify.annotations.NullMarked;
