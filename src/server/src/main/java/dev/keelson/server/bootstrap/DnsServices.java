package dev.keelson.server.bootstrap;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;

/**
 * Asks the name servers of this machine, or those that the JDK's property {@code
 * java.naming.provider.url} names, such as {@code dns://127.0.0.1:5300}.
 */
final class DnsServices implements SrvLookup {
  private static final String SRV = "SRV";

  @Override
  // the provider of DNS makes no objects of what it reads, and no name here begins with a scheme
  @SuppressWarnings({"BanJNDI", "JdkObsolete"})
  public List<Target> find(String name) throws NamingException {
    Hashtable<String, String> environment = new Hashtable<>();
    environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
    environment.put(Context.PROVIDER_URL, System.getProperty(Context.PROVIDER_URL, "dns:"));
    DirContext dns = new InitialDirContext(environment);
    try {
      Attribute records = dns.getAttributes(name, new String[] {SRV}).get(SRV);
      if (records == null) {
        throw new NameNotFoundException(name);
      }
      List<Target> targets = new ArrayList<>();
      NamingEnumeration<?> each = records.getAll();
      while (each.hasMore()) {
        targets.add(target(String.valueOf(each.next())));
      }
      return targets;
    } finally {
      dns.close();
    }
  }

  /** Reads {@code priority weight port host}. */
  private static Target target(String text) throws NamingException {
    String[] parts = text.split(" ", -1);
    if (parts.length != 4) {
      throw new NamingException("not an SRV record: " + text);
    }
    String host = parts[3];
    return new Target(
        host.endsWith(".") ? host.substring(0, host.length() - 1) : host,
        Integer.parseInt(parts[2]));
  }
}
