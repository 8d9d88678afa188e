/**
 * etcd's JSON gateway: every RPC that has an HTTP route, over one generic mapping between JSON and
 * protobuf. A request becomes an ordinary gRPC call inside the process, so that checks, rights and
 * metrics are those of gRPC.
 */
@NullMarked
package dev.keelson.server.gateway;

import org.jspecify.annotations.NullMarked;
