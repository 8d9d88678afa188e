package dev.keelson.node;

import dev.keelson.node.env.SystemEnvironment;
import dev.keelson.node.peer.NoPeers;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A bare member: the client services over plain gRPC, without Quarkus, configuration files or TLS.
 * It starts in a fraction of the time, which crash loops and experiments need; the product is
 * {@code ./keelson}.
 *
 * <pre>
 * MemberMain DATA_DIR CLIENT_PORT
 * </pre>
 */
public final class MemberMain {
  private MemberMain() {}

  /** Serves on 127.0.0.1 until the process is asked to stop; exits with 1 if the member fails. */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, ExecutionException {
    if (arguments.length != 2) {
      System.err.println("usage: MemberMain DATA_DIR CLIENT_PORT");
      System.exit(2);
    }
    Member member =
        new Member(
            MemberSettings.standalone(Path.of(arguments[0])),
            new SystemEnvironment(),
            new NoPeers(),
            _ -> Runtime.getRuntime().halt(1));
    member.start();
    member.ready().get();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
                new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[1])))
            .directExecutor()
            .maxInboundMessageSize(4 << 20);
    member.clientServices().forEach(builder::addService);
    Server server = builder.build().start();
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      server.shutdown();
                      member.close();
                    }));
    System.out.println("ready to serve client requests");
    while (!server.awaitTermination(1, TimeUnit.HOURS)) {
      // until the process is asked to stop
    }
  }
}
