package dev.keelson.server.command.source;

import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import dev.keelson.server.tls.ClientKey;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that say where the members of a cluster are; names as in etcdctl. */
public final class SourceFlags {
  /** etcd answers pings no more often than every five seconds. */
  private static final long PING_SECONDS = 10;

  @Option(
      names = "--endpoints",
      paramLabel = "HOST:PORT",
      split = ",",
      defaultValue = "127.0.0.1:2379",
      description = "Members, tried in turn (default: ${DEFAULT-VALUE}).")
  private List<String> endpoints = List.of();

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description = "Certificates of the authorities that may have signed the members'.")
  private @Nullable Path authorities;

  @Option(names = "--cert", paramLabel = "FILE", description = "Certificate of this client.")
  private @Nullable Path certificate;

  @Option(names = "--key", paramLabel = "FILE", description = "Private key of this client.")
  private @Nullable Path key;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description = "User with the role root, if authentication is on.")
  private @Nullable String user;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "File with the password of the user.")
  private @Nullable Path passwordFile;

  /** The members to try, in turn. */
  public List<Source> sources() {
    List<Source> sources = new ArrayList<>();
    for (String endpoint : endpoints) {
      if (!endpoint.isBlank()) {
        sources.add(new Source(endpoint.strip(), () -> channel(endpoint.strip()), credentials()));
      }
    }
    if (sources.isEmpty()) {
      throw CommandException.usage("--endpoints names no member");
    }
    return sources;
  }

  private @Nullable Credentials credentials() {
    if (user == null) {
      return null;
    }
    if (passwordFile == null) {
      throw CommandException.usage("--user needs --password-file");
    }
    try {
      return new Credentials(user, Files.readString(passwordFile).strip());
    } catch (IOException e) {
      throw unreadable(passwordFile, e);
    }
  }

  private ManagedChannel channel(String endpoint) {
    boolean tls = endpoint.startsWith("https://") || (!endpoint.contains("://") && secured());
    String address = endpoint.replaceFirst("^https?://", "");
    ManagedChannelBuilder<?> builder =
        Grpc.newChannelBuilder(address, tls ? tls() : InsecureChannelCredentials.create());
    return builder
        .keepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(PING_SECONDS, TimeUnit.SECONDS)
        .maxInboundMessageSize(Integer.MAX_VALUE)
        .build();
  }

  private boolean secured() {
    return authorities != null || certificate != null;
  }

  private ChannelCredentials tls() {
    TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
    try {
      if (authorities != null) {
        tls.trustManager(authorities.toFile());
      }
      if (certificate != null && key != null) {
        tls.keyManager(ClientKey.read(certificate, key));
      } else if (certificate != null || key != null) {
        throw CommandException.usage("--cert and --key belong together");
      }
      return tls.build();
    } catch (IOException | GeneralSecurityException e) {
      throw new CommandException(
          ExitStatus.REFUSED, "cannot read --cacert, --cert or --key: " + e.getMessage(), e);
    }
  }

  private static CommandException unreadable(Path file, IOException e) {
    return new CommandException(
        ExitStatus.REFUSED, "cannot read " + file + ": " + e.getMessage(), e);
  }
}
