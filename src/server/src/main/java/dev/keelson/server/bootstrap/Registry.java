package dev.keelson.server.bootstrap;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.server.client.Connector;
import dev.keelson.server.client.Credentials;
import dev.keelson.server.client.Trust;
import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.ExternalOptions;
import dev.keelson.server.config.Option;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The part of a discovery service's keys that belongs to one cluster:
 *
 * <pre>
 * /_etcd/registry/TOKEN/_config/size       how many members found the cluster
 * /_etcd/registry/TOKEN/members/ID in hex  NAME=PEER URL,NAME=PEER URL
 * </pre>
 *
 * <p>Calls fail with a {@link StatusRuntimeException} once every endpoint has failed.
 */
final class Registry implements AutoCloseable {
  private static final Path PREFIX = Path.of("/_etcd/registry");

  private final String sizeKey;
  private final String membersPrefix;
  private final Duration requestTimeout;
  private final @Nullable Credentials credentials;
  private final List<ManagedChannel> channels = new ArrayList<>();

  /** The one that answered last. */
  private int current;

  /** What calls carry; null before the login, and when one has to be made again. */
  private @Nullable Metadata login;

  /**
   * A member that has registered.
   *
   * @param id the last part of its key
   * @param cluster its name and peer URLs, in the form of {@code --initial-cluster}
   * @param createRevision when it registered
   */
  record Entry(String id, String cluster, long createRevision) {}

  /**
   * Who has registered.
   *
   * @param revision as of which
   */
  record Listing(List<Entry> entries, long revision) {}

  private Registry(String token, Duration requestTimeout, @Nullable Credentials credentials) {
    Path cluster = PREFIX.resolve(token).normalize();
    sizeKey = cluster.resolve("_config/size").toString();
    membersPrefix = cluster.resolve("members").toString();
    this.requestTimeout = requestTimeout;
    this.credentials = credentials;
  }

  /**
   * Connects by the flags, and logs in if there is a user.
   *
   * @throws DiscoveryException if a file cannot be read or the login fails
   */
  static Registry open(Configuration configuration) throws DiscoveryException {
    String user = configuration.get(ExternalOptions.DISCOVERY_USER);
    Registry registry =
        new Registry(
            configuration.get(ExternalOptions.DISCOVERY_TOKEN),
            configuration.get(ExternalOptions.DISCOVERY_REQUEST_TIMEOUT),
            user.isEmpty()
                ? null
                : new Credentials(user, configuration.get(ExternalOptions.DISCOVERY_PASSWORD)));
    try {
      Connector connector = connector(configuration);
      for (String endpoint : configuration.get(ExternalOptions.DISCOVERY_ENDPOINTS)) {
        registry.channels.add(connector.open(endpoint));
      }
      registry.onAnyEndpoint(channel -> registry.headers(channel));
      return registry;
    } catch (IOException | GeneralSecurityException e) {
      registry.close();
      throw new DiscoveryException("cannot read a file of --discovery-cert: " + e.getMessage(), e);
    } catch (StatusRuntimeException e) {
      registry.close();
      throw new DiscoveryException(e.getStatus().toString(), e);
    }
  }

  private static Connector connector(Configuration configuration) {
    Trust trust =
        new Trust(
            file(configuration, ExternalOptions.DISCOVERY_CACERT),
            file(configuration, ExternalOptions.DISCOVERY_CERT),
            file(configuration, ExternalOptions.DISCOVERY_KEY),
            configuration.get(ExternalOptions.DISCOVERY_INSECURE_SKIP_TLS_VERIFY));
    return new Connector(
        trust,
        trust.authorities() != null
            || trust.certificate() != null
            || !configuration.get(ExternalOptions.DISCOVERY_INSECURE_TRANSPORT),
        configuration.get(ExternalOptions.DISCOVERY_DIAL_TIMEOUT),
        configuration.get(ExternalOptions.DISCOVERY_KEEPALIVE_TIME),
        configuration.get(ExternalOptions.DISCOVERY_KEEPALIVE_TIMEOUT));
  }

  private static @Nullable Path file(Configuration configuration, Option<String> option) {
    String path = configuration.get(option);
    return path.isEmpty() ? null : Path.of(path);
  }

  /**
   * How many members found the cluster.
   *
   * @throws DiscoveryException if the registry does not say, in etcd's words
   */
  int size() throws DiscoveryException {
    RangeResponse found = range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(sizeKey)));
    if (found.getKvsCount() == 0) {
      throw new DiscoveryException("discovery: size key not found");
    }
    try {
      int size = Integer.parseInt(found.getKvs(0).getValue().toStringUtf8());
      if (size > 0) {
        return size;
      }
    } catch (NumberFormatException e) {
      // told of below
    }
    throw new DiscoveryException("discovery: size key is bad");
  }

  Listing members() {
    RangeResponse found =
        range(
            RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(membersPrefix))
                .setRangeEnd(ByteString.copyFromUtf8(afterMembers())));
    return new Listing(
        found.getKvsList().stream()
            .map(
                kv ->
                    new Entry(
                        idOf(kv.getKey().toStringUtf8()),
                        kv.getValue().toStringUtf8().strip(),
                        kv.getCreateRevision()))
            .toList(),
        found.getHeader().getRevision());
  }

  private String idOf(String key) {
    String start = membersPrefix + "/";
    return key.startsWith(start) ? key.substring(start.length()).strip() : key;
  }

  private String afterMembers() {
    int last = membersPrefix.length() - 1;
    return membersPrefix.substring(0, last) + (char) (membersPrefix.charAt(last) + 1);
  }

  /** Writes a member's entry. Doing so again keeps its place. */
  void put(String id, String cluster) {
    var _ =
        onAnyEndpoint(
            channel ->
                kv(channel)
                    .put(
                        PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8(membersPrefix + "/" + id))
                            .setValue(ByteString.copyFromUtf8(cluster))
                            .build()));
  }

  /** Returns when the members have changed after a revision; without a change it stays. */
  void awaitChange(long revision) throws InterruptedException {
    ManagedChannel channel = channels.get(current);
    CompletableFuture<Void> changed = new CompletableFuture<>();
    StreamObserver<WatchRequest> requests =
        WatchGrpc.newStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers(channel)))
            .watch(new FirstEvent(changed));
    requests.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8(membersPrefix))
                    .setRangeEnd(ByteString.copyFromUtf8(afterMembers()))
                    .setStartRevision(revision + 1))
            .build());
    try {
      changed.get();
      requests.onCompleted();
    } catch (ExecutionException e) {
      forget();
      if (e.getCause() instanceof StatusRuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Completes with the first event, or when the watch has to be asked for anew. */
  private record FirstEvent(CompletableFuture<Void> changed)
      implements StreamObserver<WatchResponse> {
    @Override
    public void onNext(WatchResponse response) {
      if (response.getEventsCount() > 0 || response.getCanceled()) {
        changed.complete(null);
      }
    }

    @Override
    public void onError(Throwable failure) {
      changed.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      changed.complete(null);
    }
  }

  private RangeResponse range(RangeRequest.Builder request) {
    return onAnyEndpoint(channel -> kv(channel).range(request.build()));
  }

  private KVGrpc.KVBlockingStub kv(ManagedChannel channel) {
    return KVGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers(channel)))
        .withDeadlineAfter(requestTimeout);
  }

  private Metadata headers(ManagedChannel channel) {
    Metadata known = login;
    if (known == null) {
      known = credentials == null ? new Metadata() : authenticate(credentials, channel);
      login = known;
    }
    return known;
  }

  private Metadata authenticate(Credentials who, ManagedChannel channel) {
    try {
      return who.authenticate(channel, requestTimeout);
    } catch (StatusRuntimeException e) {
      if ("etcdserver: authentication is not enabled".equals(e.getStatus().getDescription())) {
        return new Metadata(); // as in etcd's client, a user is welcome where nobody asks for one
      }
      throw e;
    }
  }

  private <T> T onAnyEndpoint(Function<ManagedChannel, T> call) {
    StatusRuntimeException last = null;
    for (int tries = 0; tries < channels.size(); tries++) {
      try {
        return call.apply(channels.get(current));
      } catch (StatusRuntimeException e) {
        last = e;
        forget();
      }
    }
    throw last == null ? new IllegalStateException("no endpoints") : last;
  }

  /** The next call goes to another endpoint, with another login. */
  private void forget() {
    current = (current + 1) % channels.size();
    login = null;
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }
}
