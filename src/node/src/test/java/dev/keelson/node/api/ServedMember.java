package dev.keelson.node.api;

import dev.keelson.node.Member;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;

/** A member's services behind an in-process channel; calls run in the caller's thread. */
final class ServedMember implements AutoCloseable {
  private final Member member;
  private final Server server;
  private final ManagedChannel channel;

  /** Takes over the member. */
  ServedMember(Member member) throws IOException {
    this.member = member;
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addServices(member.clientServices())
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
  }

  Member member() {
    return member;
  }

  ManagedChannel channel() {
    return channel;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    member.close();
  }
}
