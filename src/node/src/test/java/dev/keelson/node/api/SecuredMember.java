package dev.keelson.node.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.keelson.node.Member;
import dev.keelson.node.MemberSettings;
import dev.keelson.node.api.auth.AuthSettings;
import dev.keelson.node.api.auth.Certificates;
import dev.keelson.node.env.Environment;
import dev.keelson.node.env.SystemEnvironment;
import dev.keelson.node.peer.NoPeers;
import dev.keelson.proto.authpb.Permission;
import dev.keelson.proto.etcdserverpb.AuthEnableRequest;
import dev.keelson.proto.etcdserverpb.AuthGrpc;
import dev.keelson.proto.etcdserverpb.AuthRoleAddRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.keelson.proto.etcdserverpb.AuthUserAddRequest;
import dev.keelson.proto.etcdserverpb.AuthUserGrantRoleRequest;
import dev.keelson.proto.etcdserverpb.AuthenticateRequest;
import io.grpc.Attributes;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSession;

/**
 * A member with users, whose client can pretend to have come over TLS with a certificate. Passwords
 * are the names of the users; each has a role of the same name.
 */
final class SecuredMember implements AutoCloseable {
  static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  /** Makes the server see a connection with the certificate of the user {@code certified}. */
  private static final Metadata.Key<String> CERTIFIED =
      Metadata.Key.of("test-certified", Metadata.ASCII_STRING_MARSHALLER);

  private static final int TTL_SECONDS = 300;

  private final AtomicLong passed = new AtomicLong();
  private final Member member;
  private final Server server;
  private final ManagedChannel channel;

  SecuredMember(Path folder, String tokenKind) throws Exception {
    member =
        new Member(
            settings(folder, new AuthSettings(tokenKind, TTL_SECONDS, 4, true)),
            environment(),
            new NoPeers(),
            cause -> fail("the member failed", cause));
    member.start();
    member.ready().get(30, TimeUnit.SECONDS);
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addServices(member.clientServices())
            .intercept(new Certified())
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
  }

  private static MemberSettings settings(Path folder, AuthSettings auth) {
    MemberSettings plain = MemberSettings.standalone(folder);
    return new MemberSettings(
        plain.name(),
        plain.dataDir(),
        plain.walDir(),
        plain.peerUrls(),
        plain.clientUrls(),
        plain.cluster(),
        plain.heartbeatMillis(),
        plain.electionMillis(),
        plain.preVote(),
        plain.requestBytesMax(),
        plain.txnOpsMax(),
        plain.quotaBytes(),
        plain.logKeepEntries(),
        plain.compactionBatch(),
        plain.compactionPauseMillis(),
        plain.progressMillis(),
        plain.fsync(),
        plain.memory(),
        auth,
        plain.upkeep());
  }

  /** The machine, with clocks that can be put forward. */
  private Environment environment() {
    Environment machine = new SystemEnvironment();
    return (Environment)
        Proxy.newProxyInstance(
            Environment.class.getClassLoader(),
            new Class<?>[] {Environment.class},
            (_, method, arguments) ->
                switch (method.getName()) {
                  case "nanoTime" -> machine.nanoTime() + passed.get();
                  case "wallMillis" ->
                      machine.wallMillis() + TimeUnit.NANOSECONDS.toMillis(passed.get());
                  default -> method.invoke(machine, arguments);
                });
  }

  /** Lets so much time pass that a token not used meanwhile is expired. */
  void expireTokens() {
    passed.addAndGet(TimeUnit.SECONDS.toNanos(TTL_SECONDS + 1));
  }

  List<ServerServiceDefinition> services() {
    return member.clientServices();
  }

  String call(MethodDescriptor<?, ?> method, Metadata headers, Message request) {
    return Probe.call(channel, method, headers, request);
  }

  private void must(MethodDescriptor<?, ?> method, Metadata headers, Message request) {
    assertThat(call(method, headers, request)).as("%s", request).isEqualTo(Probe.OK);
  }

  void addUser(Metadata headers, String name) {
    must(
        AuthGrpc.getUserAddMethod(),
        headers,
        AuthUserAddRequest.newBuilder().setName(name).setPassword(name).build());
    must(
        AuthGrpc.getRoleAddMethod(),
        headers,
        AuthRoleAddRequest.newBuilder().setName(name).build());
    must(
        AuthGrpc.getUserGrantRoleMethod(),
        headers,
        AuthUserGrantRoleRequest.newBuilder().setUser(name).setRole(name).build());
  }

  void grant(Metadata headers, String role, Permission.Type type, String key, String end) {
    must(
        AuthGrpc.getRoleGrantPermissionMethod(),
        headers,
        AuthRoleGrantPermissionRequest.newBuilder()
            .setName(role)
            .setPerm(
                Permission.newBuilder()
                    .setPermType(type)
                    .setKey(ByteString.copyFromUtf8(key))
                    .setRangeEnd(ByteString.copyFromUtf8(end)))
            .build());
  }

  void enable() {
    must(AuthGrpc.getAuthEnableMethod(), nobody(), AuthEnableRequest.getDefaultInstance());
  }

  /** Logs in with the right password. */
  String login(String name) {
    return AuthGrpc.newBlockingStub(channel)
        .authenticate(AuthenticateRequest.newBuilder().setName(name).setPassword(name).build())
        .getToken();
  }

  static Metadata nobody() {
    return new Metadata();
  }

  static Metadata token(String token) {
    Metadata headers = new Metadata();
    headers.put(TOKEN, token);
    return headers;
  }

  static Metadata certified() {
    Metadata headers = new Metadata();
    headers.put(CERTIFIED, "yes");
    return headers;
  }

  @Override
  public void close() throws IOException {
    channel.shutdownNow();
    server.shutdownNow();
    member.close();
  }

  /** Puts a TLS session into the attributes of calls that ask for it. */
  private static final class Certified implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      if (headers.get(CERTIFIED) == null) {
        return next.startCall(call, headers);
      }
      return next.startCall(
          new SimpleForwardingServerCall<>(call) {
            @Override
            public Attributes getAttributes() {
              return super.getAttributes().toBuilder()
                  .set(Grpc.TRANSPORT_ATTR_SSL_SESSION, session())
                  .build();
            }
          },
          headers);
    }

    private static SSLSession session() {
      return (SSLSession)
          Proxy.newProxyInstance(
              SSLSession.class.getClassLoader(),
              new Class<?>[] {SSLSession.class},
              (_, method, _) ->
                  method.getName().equals("getPeerCertificates")
                      ? new Certificate[] {Certificates.named()}
                      : null);
    }
  }
}
