/**
 * How a member without data learns who founds its cluster: from its flags, from the registry of a
 * discovery service (etcd: api/v3discovery) or from SRV records of DNS (etcd: client/pkg/srv).
 */
@NullMarked
package dev.keelson.server.bootstrap;

import org.jspecify.annotations.NullMarked;
