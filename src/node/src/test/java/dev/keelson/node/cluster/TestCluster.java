package dev.keelson.node.cluster;

import dev.keelson.node.Member;
import dev.keelson.node.MemberSettings;
import dev.keelson.node.env.SystemEnvironment;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Members named 1 to n on a network in memory, each with its services behind a channel. */
final class TestCluster implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;

  final MemoryNetwork network = new MemoryNetwork();
  private final Path folder;
  private final SortedMap<String, List<String>> initial = new TreeMap<>();
  private final SortedMap<Integer, Node> nodes = new TreeMap<>();
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private UnaryOperator<MemberSettings> adjustment = settings -> settings;

  private record Node(Member member, Server server, ManagedChannel channel) {}

  TestCluster(Path folder, int size) {
    this.folder = folder;
    for (int i = 1; i <= size; i++) {
      initial.put(Integer.toString(i), List.of(url(i)));
    }
  }

  static String url(int number) {
    return "http://member-" + number + ":2380";
  }

  /** Changes the settings of members started from now on. */
  TestCluster with(UnaryOperator<MemberSettings> change) {
    adjustment = change;
    return this;
  }

  /** The settings of a member. */
  MemberSettings settings(int number, MemberSettings.Cluster cluster) {
    return adjustment.apply(
        MemberSettings.standalone(folder.resolve("member-" + number))
            .of(
                Integer.toString(number),
                List.of(url(number)),
                List.of("http://member-" + number + ":2379"),
                cluster));
  }

  /** Starts members of the first cluster, without waiting. */
  void start(int... numbers) throws IOException {
    for (int number : numbers) {
      run(
          number,
          new Member(
              settings(number, MemberSettings.Cluster.of(initial)),
              new SystemEnvironment(),
              network.endpoint(url(number)),
              failures::add));
    }
  }

  /** Serves a member that was opened elsewhere. */
  void run(int number, Member member) throws IOException {
    String name = InProcessServerBuilder.generateName();
    Server server =
        InProcessServerBuilder.forName(name).addServices(member.clientServices()).build().start();
    nodes.put(number, new Node(member, server, InProcessChannelBuilder.forName(name).build()));
    member.start();
  }

  /** Starts all members and waits until they serve. */
  static TestCluster started(Path folder, int size) throws Exception {
    TestCluster cluster = new TestCluster(folder, size);
    for (int i = 1; i <= size; i++) {
      cluster.start(i);
    }
    cluster.awaitReady();
    return cluster;
  }

  void awaitReady() throws Exception {
    for (Node node : nodes.values()) {
      node.member().ready().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  Member member(int number) {
    return node(number).member();
  }

  Channel channel(int number) {
    return node(number).channel();
  }

  private Node node(int number) {
    @Nullable Node node = nodes.get(number);
    if (node == null) {
      throw new IllegalArgumentException("member " + number + " does not run");
    }
    return node;
  }

  /** The number of the running member that leads; waits until there is one that others follow. */
  int leader() throws TimeoutException {
    await(() -> leaderNow() != 0);
    return leaderNow();
  }

  private int leaderNow() {
    for (var each : nodes.entrySet()) {
      Member member = each.getValue().member();
      if (member.standing().isLeader()
          && nodes.values().stream()
                  .filter(other -> other.member().standing().leader() == member.memberId())
                  .count()
              > nodes.size() / 2) {
        return each.getKey();
      }
    }
    return 0;
  }

  /** A running member that does not lead. */
  int follower() throws TimeoutException {
    int leader = leader();
    return nodes.keySet().stream().filter(number -> number != leader).findFirst().orElseThrow();
  }

  /** Stops a member in good order. */
  void stop(int number) {
    @Nullable Node node = nodes.remove(number);
    if (node != null) {
      node.channel().shutdownNow();
      node.server().shutdownNow();
      node.member().close();
    }
  }

  /** What members died of. */
  List<Throwable> failures() {
    return List.copyOf(failures);
  }

  /** Waits for something that comes by itself. */
  static void await(BooleanSupplier condition) throws TimeoutException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new TimeoutException("waited for " + PATIENCE_SECONDS + " s in vain");
      }
      java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
    }
  }

  @Override
  public void close() {
    List.copyOf(nodes.keySet()).forEach(this::stop);
    network.close();
  }
}
