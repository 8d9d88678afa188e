/**
 * TLS for the client, metrics and peer ports, by etcd's options and rules.
 *
 * <p>Certificates, keys, authorities and revocation lists are read again at each handshake, as etcd
 * reads its key pair. The {@link io.netty.handler.ssl.SslContext}s live as long as the process;
 * what changes lies inside their key and trust managers.
 */
@NullMarked
package dev.keelson.server.tls;

import org.jspecify.annotations.NullMarked;
