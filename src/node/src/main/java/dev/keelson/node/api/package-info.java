/** etcd's client API as gRPC services, independent of how they are served. */
@NullMarked
package dev.keelson.node.api;

import org.jspecify.annotations.NullMarked;
