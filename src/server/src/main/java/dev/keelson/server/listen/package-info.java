/**
 * The ports that clients reach. One port carries gRPC and HTTP/1, as etcd's does: the first bytes
 * of a connection decide. HTTP/2 goes to grpc-java on the same event loop; HTTP/1 is relayed to
 * Quarkus's HTTP server, which listens on loopback and turns away every connection that is not
 * registered as a relay's.
 */
@NullMarked
package dev.keelson.server.listen;

import org.jspecify.annotations.NullMarked;
