package dev.keelson.bench.host;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A server that this program starts on 127.0.0.1 with a data directory of its own and etcd's
 * command line: its defaults plus an 8 GiB quota. A cluster of its own unless made a member of one.
 * Can be stopped and started again on the same data and ports. Closing kills it and deletes the
 * directory; so does the end of this program.
 */
public final class ServerProcess implements AutoCloseable {
  private static final long QUOTA_BYTES = 8L << 30;
  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

  private final Path binary;
  private final String name;
  private final Path directory;
  private final int clientPort;
  private final int peerPort;
  private String initialCluster;
  private String clusterState = "new";
  private long quotaBytes = QUOTA_BYTES;
  private @Nullable Process process;
  private boolean closed;

  /**
   * A server that is a cluster by itself.
   *
   * @param scratch existing directory in which one for data and log is made
   * @param name how that one's name begins
   */
  public ServerProcess(Path binary, Path scratch, String name) throws IOException {
    this(binary, scratch, name, "default");
  }

  private ServerProcess(Path binary, Path scratch, String prefix, String name) throws IOException {
    this.binary = binary;
    this.name = name;
    this.directory = Files.createTempDirectory(scratch.toAbsolutePath(), prefix + "-");
    this.clientPort = Ports.free();
    this.peerPort = Ports.free();
    this.initialCluster = name + "=" + peerUrl();
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  /** The members of a new cluster; none is started yet. */
  public static List<ServerProcess> cluster(Path binary, Path scratch, String name, int size)
      throws IOException {
    List<ServerProcess> members = new ArrayList<>();
    for (int i = 1; i <= size; i++) {
      members.add(new ServerProcess(binary, scratch, name + i, "m" + i));
    }
    String all = urls(members);
    members.forEach(member -> member.initialCluster = all);
    return members;
  }

  /** A further member, to be started once the cluster has been told of its {@link #peerUrl()}. */
  public static ServerProcess joining(
      List<ServerProcess> members, Path binary, Path scratch, String name) throws IOException {
    ServerProcess joining = new ServerProcess(binary, scratch, name + "-joining", "joining");
    joining.initialCluster = urls(members) + "," + joining.initialCluster;
    joining.clusterState = "existing";
    return joining;
  }

  private static String urls(List<ServerProcess> members) {
    return members.stream().map(m -> m.name + "=" + m.peerUrl()).collect(Collectors.joining(","));
  }

  /** Takes another quota than 8 GiB, in bytes, from the next start on. */
  public void quota(long bytes) {
    quotaBytes = bytes;
  }

  /** Where the server will listen for clients. */
  public InetSocketAddress address() {
    return new InetSocketAddress("127.0.0.1", clientPort);
  }

  /** Where it will listen for other members. */
  public String peerUrl() {
    return "http://127.0.0.1:" + peerPort;
  }

  /** What a restored data directory has to know of the member that will start on it. */
  public List<String> memberFlags() {
    return List.of(
        "--name=" + name,
        "--data-dir=" + data(),
        "--initial-advertise-peer-urls=" + peerUrl(),
        "--initial-cluster=" + initialCluster);
  }

  /** The data directory. */
  public Path data() {
    return directory.resolve("data");
  }

  /** Keeps a copy of the server's output that survives closing, and says where. */
  public Path keepLog() throws IOException {
    Path copy = directory.resolveSibling(directory.getFileName() + ".log");
    return Files.copy(log(), copy, StandardCopyOption.REPLACE_EXISTING);
  }

  private Path log() {
    return directory.resolve("server.log");
  }

  /** Starts the process and returns; whether it serves is to be found out by asking it. */
  public void start() throws IOException {
    String client = "http://127.0.0.1:" + clientPort;
    List<String> command = new ArrayList<>(List.of(binary.toString()));
    command.addAll(memberFlags());
    command.addAll(
        List.of(
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peerUrl(),
            "--initial-cluster-state=" + clusterState,
            "--quota-backend-bytes=" + quotaBytes));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
            .start();
  }

  /** Whether the started process has not ended. */
  public boolean isAlive() {
    Process p = process;
    return p != null && p.isAlive();
  }

  /**
   * Sends SIGTERM to the process that serves (a launcher may stand before it) and waits for the
   * end.
   *
   * @return how long it took
   * @throws IOException when it is still there after a minute
   */
  public Duration stop() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    end(false);
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  /**
   * Sends SIGKILL instead, and waits for the end.
   *
   * @throws IOException when it is still there after a minute
   */
  public void kill() throws IOException, InterruptedException {
    end(true);
  }

  private void end(boolean forcibly) throws IOException, InterruptedException {
    Process p = process;
    if (p == null) {
      return;
    }
    OptionalLong serving = ListeningProcess.find(clientPort);
    ProcessHandle target =
        serving.isPresent()
            ? ProcessHandle.of(serving.getAsLong()).orElse(p.toHandle())
            : p.toHandle();
    boolean asked = forcibly ? target.destroyForcibly() : target.destroy();
    if (!asked || !p.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      throw new IOException(binary + " did not end within " + STOP_LIMIT);
    }
  }

  /** Size of the data directory in bytes. */
  public long dataBytes() throws IOException {
    try (Stream<Path> files = Files.walk(data())) {
      long sum = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sum += Files.size(file);
      }
      return sum;
    }
  }

  /** Deletes the data of a server that does not run. */
  public void deleteData() throws IOException {
    delete(data());
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    Process p = process;
    if (p != null) {
      p.descendants().forEach(ProcessHandle::destroyForcibly);
      p.destroyForcibly();
      p.onExit().orTimeout(10, TimeUnit.SECONDS).handle((ended, late) -> ended).join();
    }
    try {
      delete(directory);
    } catch (IOException e) {
      System.err.println("left behind: " + directory + " (" + e.getMessage() + ")");
    }
  }
}
