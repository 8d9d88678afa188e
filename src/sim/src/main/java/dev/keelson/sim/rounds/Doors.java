package dev.keelson.sim.rounds;

import dev.keelson.sim.time.Chance;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The ways to the client ports of members: the direct ones, and those that may be cut. */
final class Doors implements AutoCloseable {
  private static final int MESSAGE_BYTES_MAX = 64 << 20;

  private final List<Integer> direct;
  private final List<Integer> all;
  private final ConcurrentHashMap<Integer, ManagedChannel> channels = new ConcurrentHashMap<>();

  /**
   * Opens nothing yet.
   *
   * @param direct the ports of members
   * @param spoiled ports that lead to them by a proxy
   */
  Doors(List<Integer> direct, List<Integer> spoiled) {
    this.direct = List.copyOf(direct);
    this.all = Stream.concat(direct.stream(), spoiled.stream()).toList();
  }

  /** Any of them. */
  ManagedChannel pick(Chance chance) {
    return channel(chance.pick(all));
  }

  /** The direct one to a member, counted from 1. */
  ManagedChannel direct(int member) {
    return channel(direct.get(member - 1));
  }

  private ManagedChannel channel(int port) {
    return channels.computeIfAbsent(
        port,
        _ ->
            NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .disableRetry()
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .build());
  }

  @Override
  public void close() {
    channels.values().forEach(ManagedChannel::shutdownNow);
  }
}
