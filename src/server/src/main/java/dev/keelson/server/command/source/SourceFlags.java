package dev.keelson.server.command.source;

import dev.keelson.server.client.Connector;
import dev.keelson.server.client.Credentials;
import dev.keelson.server.client.Trust;
import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The flags that say where the members of a cluster are; names as in etcdctl, whose environment
 * variables stand in for those that are left out.
 */
public final class SourceFlags {
  /** etcd answers pings no more often than every five seconds. */
  private static final Duration PING = Duration.ofSeconds(10);

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);

  @Option(
      names = "--endpoints",
      paramLabel = "HOST:PORT",
      split = ",",
      defaultValue = "${env:ETCDCTL_ENDPOINTS:-127.0.0.1:2379}",
      description = "Members, tried in turn (default: 127.0.0.1:2379, or ETCDCTL_ENDPOINTS).")
  private List<String> endpoints = List.of();

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      defaultValue = "${env:ETCDCTL_CACERT}",
      description = "Certificates of the authorities that may have signed the members'.")
  private @Nullable Path authorities;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      defaultValue = "${env:ETCDCTL_CERT}",
      description = "Certificate of this client.")
  private @Nullable Path certificate;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      defaultValue = "${env:ETCDCTL_KEY}",
      description = "Private key of this client.")
  private @Nullable Path key;

  @Mixin private UserFlags user = new UserFlags();

  /** The members to try, in turn. */
  public List<Source> sources() {
    Credentials credentials = user.credentials();
    List<Source> sources = new ArrayList<>();
    for (String endpoint : endpoints) {
      if (!endpoint.isBlank()) {
        sources.add(new Source(endpoint.strip(), () -> channel(endpoint.strip()), credentials));
      }
    }
    if (sources.isEmpty()) {
      throw CommandException.usage("--endpoints names no member");
    }
    return sources;
  }

  private ManagedChannel channel(String endpoint) {
    if ((certificate == null) != (key == null)) {
      throw CommandException.usage("--cert and --key belong together");
    }
    Trust trust = new Trust(authorities, certificate, key, false);
    try {
      return new Connector(trust, trust.isConfigured(), CONNECT_TIMEOUT, PING, PING).open(endpoint);
    } catch (IOException | GeneralSecurityException e) {
      throw new CommandException(
          ExitStatus.REFUSED, "cannot read --cacert, --cert or --key: " + e.getMessage(), e);
    }
  }
}
