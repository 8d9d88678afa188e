package dev.keelson.sim.process;

import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.StatusRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A single-member server in a process of its own, with its data folder, log file and ports.
 *
 * <p>Ports and data stay the same over {@link #kill} and {@link #start}, so that a restart is the
 * same member; {@link #launchFresh} forgets the data. {@link #close} removes everything.
 */
public final class ServerProcess implements AutoCloseable {
  private static final Duration READY_TIMEOUT = Duration.ofMinutes(3);
  private static final long STOP_GRACE_SECONDS = 15;
  private static final int LOG_TAIL_CHARS = 4000;

  private final ServerProgram program;
  private final List<String> flags;
  private final Path home;
  private final Path dataFolder;
  private final int clientPort;
  private final int peerPort;
  private @Nullable Process process;

  /**
   * Prepares a server without starting it.
   *
   * @param program what to run
   * @param flags more flags in etcd's spelling, after those for name, folder and addresses
   */
  public ServerProcess(ServerProgram program, List<String> flags) {
    this(program, flags, ScratchFolder.create(program.name()), null, FreePorts.find(2));
  }

  private ServerProcess(
      ServerProgram program,
      List<String> flags,
      Path home,
      @Nullable Path dataFolder,
      List<Integer> ports) {
    this.program = program;
    this.flags = List.copyOf(flags);
    this.home = home;
    this.dataFolder = dataFolder == null ? home.resolve("data") : dataFolder;
    this.clientPort = ports.get(0);
    this.peerPort = ports.get(1);
  }

  /**
   * Prepares the members of a cluster without starting them; they are named m1, m2 and so on.
   *
   * @param flags more flags, for each of them
   */
  public static List<ServerProcess> cluster(ServerProgram program, int size, List<String> flags) {
    List<Integer> ports = FreePorts.find(2 * size);
    StringBuilder initial = new StringBuilder();
    for (int i = 0; i < size; i++) {
      initial.append(i == 0 ? "" : ",").append(member(i, scheme(flags), ports.get(2 * i + 1)));
    }
    List<ServerProcess> members = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      List<String> own = new ArrayList<>(List.of("--name", "m" + (i + 1)));
      own.addAll(List.of("--initial-cluster", initial.toString()));
      own.addAll(flags);
      members.add(
          new ServerProcess(
              program,
              own,
              ScratchFolder.create(program.name()),
              null,
              ports.subList(2 * i, 2 * i + 2)));
    }
    return members;
  }

  /**
   * Prepares a server in a place of its own choosing.
   *
   * @param home where its log file is; removed by {@link #close}
   */
  public static ServerProcess at(
      ServerProgram program,
      List<String> flags,
      Path home,
      Path dataFolder,
      int clientPort,
      int peerPort) {
    return new ServerProcess(program, flags, home, dataFolder, List.of(clientPort, peerPort));
  }

  private static String member(int at, String scheme, int peerPort) {
    return "m" + (at + 1) + "=" + scheme + "://127.0.0.1:" + peerPort;
  }

  /** Whoever brings certificates for the peer port listens with them. */
  private static String scheme(List<String> flags) {
    return flags.stream().anyMatch(flag -> flag.startsWith("--peer-cert-file")) ? "https" : "http";
  }

  /** Prepares one more member of a cluster that is going to know it. */
  public static ServerProcess joining(List<ServerProcess> members, String... flags) {
    ServerProcess first = members.getFirst();
    List<Integer> ports = FreePorts.find(2);
    StringBuilder initial = new StringBuilder();
    for (int i = 0; i < members.size(); i++) {
      ServerProcess member = members.get(i);
      initial.append(member(i, scheme(member.flags), member.peerPort)).append(',');
    }
    initial.append(member(members.size(), scheme(List.of(flags)), ports.get(1)));
    List<String> own = new ArrayList<>(List.of("--name", "m" + (members.size() + 1)));
    own.addAll(List.of("--initial-cluster", initial.toString()));
    own.addAll(List.of("--initial-cluster-state", "existing"));
    own.addAll(List.of(flags));
    return new ServerProcess(
        first.program, own, ScratchFolder.create(first.program.name()), null, ports);
  }

  /** Where other members reach it. */
  public String peerUrl() {
    return scheme(flags) + "://127.0.0.1:" + peerPort;
  }

  /** Prepares the same member with more flags, in place of this one, which was not started. */
  public ServerProcess with(List<String> more) {
    List<String> all = new ArrayList<>(flags);
    all.addAll(more);
    return new ServerProcess(program, all, home, dataFolder, List.of(clientPort, peerPort));
  }

  /** Prepares a second server of the same program on this one's data, with ports of its own. */
  public ServerProcess onSameData() {
    Path otherHome = ScratchFolder.create(program.name());
    return new ServerProcess(program, flags, otherHome, dataFolder, FreePorts.find(2));
  }

  /** Prepares this server with the data of another one. */
  public ServerProcess onDataOf(ServerProcess other) {
    Path otherHome = ScratchFolder.create(program.name());
    return new ServerProcess(
        program, flags, otherHome, other.dataFolder, List.of(clientPort, peerPort));
  }

  /** Prepares this server with more flags, which win, and with data of its own. */
  public ServerProcess with(String... more) {
    List<String> all = new ArrayList<>(flags);
    all.addAll(List.of(more));
    return new ServerProcess(
        program, all, ScratchFolder.create(program.name()), null, List.of(clientPort, peerPort));
  }

  /** Prepares a server of another program, with more flags, in place of this one. */
  public ServerProcess of(ServerProgram other, List<String> more) {
    List<String> all = new ArrayList<>(flags);
    all.addAll(more);
    return new ServerProcess(other, all, home, dataFolder, List.of(clientPort, peerPort));
  }

  /** Prepares a second server of the same program on this one's ports, with data of its own. */
  public ServerProcess onSamePorts() {
    Path otherHome = ScratchFolder.create(program.name());
    return new ServerProcess(program, flags, otherHome, null, List.of(clientPort, peerPort));
  }

  /** Prepares a server, starts it and waits until it answers. */
  public static ServerProcess started(ServerProgram program, String... flags)
      throws InterruptedException {
    ServerProcess server = new ServerProcess(program, List.of(flags));
    try {
      server.start();
      return server;
    } catch (RuntimeException | InterruptedException e) {
      server.close();
      throw e;
    }
  }

  /**
   * Starts the process on the data that is there and waits until it answers a status call.
   *
   * @throws IllegalStateException when it ends or does not answer in time; the message holds the
   *     end of its log
   */
  public void start() throws InterruptedException {
    launch();
    awaitReady();
  }

  /** Starts the process and returns at once; for servers that are expected to refuse. */
  public void launch() {
    if (isAlive()) {
      throw new IllegalStateException(program.name() + " is already running");
    }
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command())
              .directory(home.toFile())
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
      // where RocksDB unpacks its library, which a process that is killed leaves behind
      builder.environment().put("ROCKSDB_SHAREDLIB_DIR", home.toString());
      Process started = builder.start();
      ProcessReaper.watch(started);
      process = started;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + program.executable(), e);
    }
  }

  /** Kills the process if it runs, forgets its data and launches it empty on the same ports. */
  public void launchFresh() throws InterruptedException {
    kill();
    ScratchFolder.delete(dataFolder());
    launch();
  }

  /** SIGKILL, without any chance to flush; returns when the process is gone. */
  public void kill() throws InterruptedException {
    Process running = process;
    if (running != null) {
      ProcessReaper.kill(running);
      process = null;
    }
  }

  /** SIGSTOP: the process stands still, with its connections open, until {@link #resume}. */
  public void pause() throws InterruptedException {
    ProcessReaper.signal(pid(), "STOP");
  }

  /** SIGCONT. */
  public void resume() throws InterruptedException {
    ProcessReaper.signal(pid(), "CONT");
  }

  /**
   * SIGTERM, then SIGKILL after a grace period of 15 seconds.
   *
   * @return whether the process ended by itself
   */
  public boolean stop() throws InterruptedException {
    Process running = process;
    if (running == null) {
      return true;
    }
    boolean ended = ProcessReaper.stop(running, STOP_GRACE_SECONDS);
    process = null;
    return ended;
  }

  /**
   * Waits for a process that ends by itself.
   *
   * @return its exit code
   * @throws IllegalStateException when it is still running after the timeout
   */
  public int awaitExit(Duration timeout) throws InterruptedException {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException(program.name() + " was not started");
    }
    if (!running.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(
          program.name() + " still runs after " + timeout + "\n" + logTail());
    }
    return running.exitValue();
  }

  /** Whether the process runs. */
  public boolean isAlive() {
    Process running = process;
    return running != null && running.isAlive();
  }

  /** Process id, for looking at it from outside. */
  public long pid() {
    Process running = process;
    if (running == null) {
      throw new IllegalStateException(program.name() + " was not started");
    }
    return running.pid();
  }

  /** Where clients connect, as {@code host:port}. */
  public String endpoint() {
    return "127.0.0.1:" + clientPort;
  }

  /** The port other members connect to. */
  public int peerPort() {
    return peerPort;
  }

  /** The port clients connect to. */
  public int clientPort() {
    return clientPort;
  }

  /** The data folder given to the server. */
  public Path dataFolder() {
    return dataFolder;
  }

  /** File with everything the process printed, over all its starts. */
  public Path log() {
    return home.resolve("server.log");
  }

  /** Everything the process printed so far. */
  public String logText() {
    try {
      return Files.exists(log()) ? Files.readString(log(), StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + log(), e);
    }
  }

  /** The command line, for messages that tell how to repeat a run. */
  public List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(program.executable().toString());
    command.addAll(program.arguments());
    String client = "http://" + endpoint();
    String peer = peerUrl();
    command.addAll(List.of("--name", "oracle", "--data-dir", dataFolder().toString()));
    command.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
    command.addAll(List.of("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer));
    command.addAll(List.of("--initial-cluster", "oracle=" + peer));
    command.addAll(flags);
    return command;
  }

  /** Kills the process and removes its folders. */
  @Override
  public void close() {
    try {
      kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ScratchFolder.delete(home);
  }

  /**
   * Waits until a launched process answers a status call and knows a leader.
   *
   * @throws IllegalStateException when it ends or does not answer in time; the message holds the
   *     end of its log
   */
  public void awaitReady() throws InterruptedException {
    long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", clientPort).usePlaintext().build();
    try {
      while (true) {
        Process launched = process;
        if (launched == null || !launched.isAlive()) {
          // 143 is somebody's SIGTERM, of which the log knows nothing
          String status = launched == null ? "none" : Integer.toString(launched.exitValue());
          throw new IllegalStateException(
              program.name() + " ended at start with status " + status + "\n" + logTail());
        }
        if (answers(channel)) {
          return;
        }
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(
              program.name() + " not ready after " + READY_TIMEOUT + "\n" + logTail());
        }
        channel.resetConnectBackoff();
        TimeUnit.MILLISECONDS.sleep(10);
      }
    } finally {
      channel.shutdownNow();
    }
  }

  /** Ready means a leader is known; a server that listens but cannot write yet is not. */
  private static boolean answers(ManagedChannel channel) {
    try {
      return MaintenanceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(2, TimeUnit.SECONDS)
              .status(StatusRequest.getDefaultInstance())
              .getLeader()
          != 0;
    } catch (StatusRuntimeException e) {
      // a server that wants to know who asks is there
      return "etcdserver: user name is empty".equals(e.getStatus().getDescription());
    }
  }

  private String logTail() {
    String text = logText();
    return text.substring(Math.max(0, text.length() - LOG_TAIL_CHARS));
  }
}
