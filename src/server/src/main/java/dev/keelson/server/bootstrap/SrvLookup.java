package dev.keelson.server.bootstrap;

import java.util.List;
import javax.naming.NamingException;

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
   * @throws javax.naming.NameNotFoundException if there is no such record
   * @throws NamingException if DNS does not answer
   */
  List<Target> find(String name) throws NamingException;
}
