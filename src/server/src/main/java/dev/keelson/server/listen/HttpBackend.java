package dev.keelson.server.listen;

import java.net.InetSocketAddress;

/**
 * Where HTTP/1 is answered.
 *
 * @param address the HTTP server on loopback
 * @param connections where relays register before they send a byte
 */
public record HttpBackend(InetSocketAddress address, RelayedConnections connections) {}
