package dev.keelson.server.bootstrap;

import java.io.IOException;
import java.util.List;

/** Finds SRV records. */
@FunctionalInterface
interface SrvLookup {
  /**
   * Where a service is offered.
   *
   * @param host a host name, without the dot at its end
   * @param port its TCP port
   */
  record Target(String host, int port) {}

  /**
   * Asks DNS.
   *
   * @param name for example {@code _etcd-server._tcp.example.org}
   * @return one target or more
   * @throws java.net.UnknownHostException if there is no such record
   * @throws IOException if DNS does not answer
   */
  List<Target> find(String name) throws IOException;
}
