package dev.keelson.server.launch;

import java.security.Security;

/** The JDK's cache of looked-up host names. */
public final class ResolverCache {
  private ResolverCache() {}

  /**
   * Turns the JDK's caches off, 30 s for what was found and 10 s for what was not. Names are looked
   * up for new connections only, and etcd's resolver has no cache either. A Pod that comes back has
   * a new address under its old name, and one that joins had none a moment ago; with the caches its
   * peers dial nobody for that long. Has to come before the first lookup of the process.
   */
  public static void turnOff() {
    Security.setProperty("networkaddress.cache.ttl", "0");
    Security.setProperty("networkaddress.cache.negative.ttl", "0");
  }
}
