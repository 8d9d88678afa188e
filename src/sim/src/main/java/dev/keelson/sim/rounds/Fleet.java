package dev.keelson.sim.rounds;

import dev.keelson.sim.net.Conditions;
import dev.keelson.sim.net.SocketOwner;
import dev.keelson.sim.net.TcpProxy;
import dev.keelson.sim.process.FreePorts;
import dev.keelson.sim.process.ScratchFolder;
import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The members of a round, each a process, and the proxies in front of them. */
final class Fleet implements AutoCloseable {
  private static final int SMALL_DISK_MEGABYTES = 40;

  private final ServerProgram program;
  private final Plan plan;
  private final PeerNet net;
  private final List<Seat> seats = new ArrayList<>();
  private final List<TcpProxy> clientProxies = new ArrayList<>();
  private final List<Integer> peerPorts = new ArrayList<>();

  /** Prepares the members without starting them. */
  Fleet(ServerProgram program, Plan plan, Path folder) throws IOException, InterruptedException {
    this.program = program;
    this.plan = plan;
    net = new PeerNet(plan.members(), plan.seed());
    List<Integer> ports = FreePorts.find(2 * plan.members());
    peerPorts.addAll(ports.subList(0, plan.members()));
    List<Integer> clientPorts = ports.subList(plan.members(), ports.size());
    for (int port : peerPorts) {
      int proxy = peerPorts.indexOf(port) + 1;
      net.add(port, source -> member(source, net.port(proxy)));
    }
    for (int number = 1; number <= plan.members(); number++) {
      seats.add(seat(number, clientPorts.get(number - 1), folder.resolve("m" + number)));
    }
  }

  private Seat seat(int number, int clientPort, Path folder)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Conditions clients = new Conditions(plan.seed() + number);
    clientProxies.add(
        new TcpProxy(
            0, new InetSocketAddress(InetAddress.getLoopbackAddress(), clientPort), clients));
    SmallDisk disk =
        number == 1 && plan.has(FaultKind.DISK_FULL)
            ? SmallDisk.mount(folder.resolve("disk"), SMALL_DISK_MEGABYTES).orElse(null)
            : null;
    return new Seat(
        number, clientPort, folder, clients, disk, process(number, clientPort, folder, null));
  }

  private ServerProcess process(
      int number, int clientPort, Path folder, @Nullable String clusterToJoin) {
    String url = peerUrl(number);
    List<String> flags = new ArrayList<>(List.of("--name", "m" + number));
    flags.addAll(List.of("--initial-advertise-peer-urls", url));
    flags.addAll(
        List.of("--initial-cluster", clusterToJoin == null ? initialCluster() : clusterToJoin));
    if (clusterToJoin != null) {
      flags.addAll(List.of("--initial-cluster-state", "existing"));
    }
    flags.addAll(List.of("--strict-reconfig-check", "false"));
    flags.addAll(List.of("--heartbeat-interval", Integer.toString(plan.heartbeatMillis())));
    flags.addAll(List.of("--election-timeout", Integer.toString(plan.electionMillis())));
    flags.addAll(List.of("--snapshot-catchup-entries", Integer.toString(plan.keepEntries())));
    flags.addAll(List.of("--watch-progress-notify-interval-ms", "700"));
    flags.addAll(List.of("--memtable-bytes", Long.toString(plan.memtableBytes())));
    flags.addAll(List.of("--wal-segment-bytes", Integer.toString(plan.segmentBytes())));
    flags.addAll(List.of("--log-cache-bytes", Long.toString(plan.memtableBytes() / 4)));
    Path disk = folder.resolve("disk");
    return ServerProcess.at(
        program, flags, folder, disk.resolve("data"), clientPort, peerPorts.get(number - 1));
  }

  private String initialCluster() {
    List<String> members = new ArrayList<>();
    for (int number = 1; number <= plan.members(); number++) {
      members.add("m" + number + "=" + peerUrl(number));
    }
    return String.join(",", members);
  }

  /** Where the others reach a member. */
  String peerUrl(int member) {
    return "http://127.0.0.1:" + net.port(member);
  }

  /** Which member connects to a proxy from a port; 0 if it has gone already. */
  private int member(int fromPort, int proxyPort) {
    Map<Long, Integer> running = new HashMap<>();
    for (Seat seat : seats) {
      if (seat.process().isAlive()) {
        running.put(seat.process().pid(), seat.number());
      }
    }
    OptionalLong owner = SocketOwner.find(fromPort, proxyPort, running.keySet());
    return owner.isPresent() ? running.getOrDefault(owner.getAsLong(), 0) : 0;
  }

  /** Starts all members and waits until each of them serves clients. */
  void start() throws InterruptedException {
    seats.forEach(Seat::launch);
    for (Seat seat : seats) {
      seat.process().awaitReady();
    }
  }

  /**
   * Prepares a new member in the seat of one that was removed, without data.
   *
   * @param clusterToJoin names and URLs of all members, the new one included
   */
  void replace(Seat seat, String clusterToJoin) {
    ScratchFolder.delete(seat.process().dataFolder());
    seat.succeed(process(seat.number(), seat.clientPort(), seat.folder(), clusterToJoin));
  }

  List<Seat> seats() {
    return List.copyOf(seats);
  }

  /** The n-th member, counted round. */
  Seat pick(int n) {
    return seats.get(n % seats.size());
  }

  PeerNet net() {
    return net;
  }

  /** Ways for clients; one of each pair can be spoiled. */
  Doors doors() {
    return new Doors(
        seats.stream().map(Seat::clientPort).toList(),
        clientProxies.stream().map(TcpProxy::port).toList());
  }

  /** No more faults on connections. */
  void heal() {
    net.heal();
    seats.forEach(
        seat -> {
          seat.clients().refuse(false);
          seat.clients().lose(Set.of());
        });
  }

  /** Everything the members have printed. */
  String logs() {
    return seats.stream().map(seat -> seat.process().logText()).collect(Collectors.joining("\n"));
  }

  /** Kills what runs; the folders stay. */
  void stop() throws InterruptedException {
    for (Seat seat : seats) {
      seat.process().kill();
    }
  }

  @Override
  public void close() {
    clientProxies.forEach(TcpProxy::close);
    net.close();
    for (Seat seat : seats) {
      SmallDisk disk = seat.disk();
      if (disk != null) {
        disk.close();
      }
    }
  }
}
