package dev.keelson.sim.oracle;

import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import io.grpc.ClientInterceptor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A server to compare: one that runs already, or one that the oracle starts and may restart. */
public final class Target implements AutoCloseable {
  /** The oracle looks at answers, not at durability; etcd without fsync is several times faster. */
  private static final List<String> ETCD_FLAGS =
      List.of("--unsafe-no-fsync", "--log-level", "warn");

  private final String endpoint;
  private final @Nullable ServerProcess process;
  private final List<ClientInterceptor> interceptors;

  private Target(
      String endpoint, @Nullable ServerProcess process, List<ClientInterceptor> interceptors) {
    this.endpoint = endpoint;
    this.process = process;
    this.interceptors = interceptors;
  }

  /**
   * A target by its name on the command line.
   *
   * @param name {@code etcd}, {@code keelson} or the path of a program with etcd's flags for a
   *     server that is started for the run, otherwise the {@code host:port} of a running one
   */
  public static Target named(String name) {
    return switch (name) {
      case "etcd" -> managed(found(ServerProgram.etcd(), "etcd"), ETCD_FLAGS);
      case "keelson" -> managed(found(ServerProgram.keelson(), "./keelson"), List.of());
      default -> name.contains("/") ? program(Path.of(name)) : running(name);
    };
  }

  private static Target program(Path executable) {
    String name = executable.getFileName().toString();
    return managed(new ServerProgram(name, executable, List.of()), List.of());
  }

  /** A server that somebody else started; it cannot be restarted, so failures are not shrunk. */
  public static Target running(String endpoint) {
    return new Target(endpoint, null, List.of());
  }

  /** A server of the oracle's own, not yet started. */
  public static Target managed(ServerProgram program, List<String> flags) {
    ServerProcess process = new ServerProcess(program, flags);
    return new Target(process.endpoint(), process, List.of());
  }

  /** The same server with its answers changed on the way: how the oracle itself is tested. */
  Target tampered(ClientInterceptor interceptor) {
    return new Target(endpoint, process, List.of(interceptor));
  }

  /** Whether {@link #launchFresh} can be called. */
  boolean restartable() {
    return process != null;
  }

  /** Launches the server without any data, ending it first if it runs. */
  void launchFresh() throws InterruptedException {
    if (process == null) {
      throw new IllegalStateException(endpoint + " was started by somebody else");
    }
    process.launchFresh();
  }

  /** Waits until a launched server answers. */
  void awaitReady() throws InterruptedException {
    if (process != null) {
      process.awaitReady();
    }
  }

  Side connect() {
    return Side.connect(endpoint, interceptors);
  }

  /** What the server printed, when the oracle started it. */
  String log() {
    return process == null ? "" : process.logText();
  }

  /** Whether the server still runs, as far as the oracle can know. */
  boolean alive() {
    return process == null || process.isAlive();
  }

  /** Ends the server if the oracle started it. */
  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }

  private static ServerProgram found(Optional<ServerProgram> program, String what) {
    return program.orElseThrow(() -> new IllegalStateException(what + " was not found"));
  }
}
