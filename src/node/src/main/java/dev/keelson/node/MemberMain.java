package dev.keelson.node;

import dev.keelson.node.env.SystemEnvironment;
import dev.keelson.node.peer.GrpcTransport;
import dev.keelson.node.peer.PeerFront;
import dev.keelson.node.peer.PeerSettings;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A bare member, alone or of a cluster: the client services and the way to the other members over
 * plain gRPC, without Quarkus, configuration files or TLS. It starts in a fraction of the time,
 * which crash loops and experiments need; the product is {@code ./keelson}.
 *
 * <pre>
 * MemberMain --name m1 --data-dir DIR --listen-client-urls URL --listen-peer-urls URL
 *            --initial-cluster m1=URL,m2=URL,m3=URL ...
 * </pre>
 *
 * The flags are those of etcd, as far as they matter here ({@link MemberFlags}).
 */
public final class MemberMain {
  /** What etcd's clients may send at once, and a little more, as in etcd. */
  private static final int MESSAGE_BYTES_MAX = 4 << 20;

  private MemberMain() {}

  /**
   * Serves until the process is asked to stop, which hands leadership over first. Exits with 2 if a
   * flag is wrong, with 1 if the member cannot start or fails, with 0 when it was removed from its
   * cluster.
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    MemberFlags flags = null;
    MemberSettings settings = null;
    try {
      flags = MemberFlags.parse(arguments);
      settings = flags.settings();
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
    if (flags == null || settings == null) {
      return; // exited
    }
    Member member = start(flags, settings);
    Server server = serve(member, flags);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      server.shutdown();
                      member.handOver().join();
                      member.close();
                    }));
    System.out.println("ready to serve client requests");
    while (!server.awaitTermination(1, TimeUnit.HOURS)) {
      // until the process is asked to stop
    }
  }

  private static Member start(MemberFlags flags, MemberSettings settings)
      throws InterruptedException {
    SystemEnvironment environment = new SystemEnvironment(flags.walOptions());
    GrpcTransport transport =
        new GrpcTransport(
            PeerSettings.of(flags.listenPeerUrls()), environment, null, PeerFront.MEMBERS_ONLY);
    try {
      Member member = Member.open(settings, environment, transport, MemberMain::halt).get();
      member.start();
      member.ready().get();
      return member;
    } catch (ExecutionException e) {
      throw halt(e.getCause() == null ? e : e.getCause());
    }
  }

  private static Server serve(Member member, MemberFlags flags) throws IOException {
    URI first = URI.create(flags.listenClientUrls().getFirst());
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(first.getHost(), first.getPort()))
            .directExecutor()
            .maxInboundMessageSize(MESSAGE_BYTES_MAX);
    member.clientServices().forEach(builder::addService);
    return builder.build().start();
  }

  /** After a failed write nothing may be answered any more, so nothing is cleaned up either. */
  private static IllegalStateException halt(Throwable cause) {
    System.err.println("halting: " + cause);
    if (cause instanceof MemberRemovedException) {
      Runtime.getRuntime().halt(0);
    }
    cause.printStackTrace();
    Runtime.getRuntime().halt(1);
    return new IllegalStateException("still here", cause);
  }
}
