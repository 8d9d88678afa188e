package dev.keelson.bench.host;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A server that this program starts on 127.0.0.1 with a data directory of its own and etcd's
 * command line: its defaults plus an 8 GiB quota. Can be stopped and started again on the same data
 * and ports. Closing kills it and deletes the directory; so does the end of this program.
 */
public final class ServerProcess implements AutoCloseable {
  private static final String QUOTA_BYTES = Long.toString(8L << 30);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

  private final Path binary;
  private final Path directory;
  private final int clientPort;
  private final int peerPort;
  private @Nullable Process process;
  private boolean closed;

  /**
   * @param scratch existing directory in which one for data and log is made
   * @param name how that one's name begins
   */
  public ServerProcess(Path binary, Path scratch, String name) throws IOException {
    this.binary = binary;
    this.directory = Files.createTempDirectory(scratch.toAbsolutePath(), name + "-");
    this.clientPort = Ports.free();
    this.peerPort = Ports.free();
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  /** Where the server will listen for clients. */
  public InetSocketAddress address() {
    return new InetSocketAddress("127.0.0.1", clientPort);
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
    String peer = "http://127.0.0.1:" + peerPort;
    process =
        new ProcessBuilder(
                List.of(
                    binary.toString(),
                    "--name=default",
                    "--data-dir=" + directory.resolve("data"),
                    "--listen-client-urls=" + client,
                    "--advertise-client-urls=" + client,
                    "--listen-peer-urls=" + peer,
                    "--initial-advertise-peer-urls=" + peer,
                    "--initial-cluster=default=" + peer,
                    "--quota-backend-bytes=" + QUOTA_BYTES))
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
    Process p = process;
    if (p == null) {
      return Duration.ZERO;
    }
    long begin = System.nanoTime();
    OptionalLong serving = ListeningProcess.find(clientPort);
    ProcessHandle target =
        serving.isPresent()
            ? ProcessHandle.of(serving.getAsLong()).orElse(p.toHandle())
            : p.toHandle();
    target.destroy();
    if (!p.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      throw new IOException(binary + " did not end within " + STOP_LIMIT);
    }
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  /** Size of the data directory in bytes. */
  public long dataBytes() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("data"))) {
      long sum = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sum += Files.size(file);
      }
      return sum;
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
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.err.println("left behind: " + directory + " (" + e.getMessage() + ")");
    }
  }
}
