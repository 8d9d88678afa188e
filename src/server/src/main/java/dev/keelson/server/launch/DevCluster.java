package dev.keelson.server.launch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A local cluster for trying things out: {@code keelson dev [--members 3] [--data-dir DIR]} starts
 * its members as child processes on consecutive ports, each line of their output behind the
 * member's name, and ends them with itself. Without a directory the data goes away with it.
 */
public final class DevCluster {
  private static final String USAGE = "usage: keelson dev [--members N] [--data-dir DIR]";
  private static final String READY_LINE = "ready to serve client requests";
  private static final int FIRST_PORT = 2379;
  private static final int PORT_STEP = 10;
  private static final int USAGE_STATUS = 2;
  private static final long STOP_SECONDS = 10;

  private final int members;
  private final Path folder;
  private final boolean temporary;
  private final int firstPort;
  private final CountDownLatch ready;
  private final List<Process> processes = new ArrayList<>();

  private DevCluster(int members, Path folder, boolean temporary, int firstPort) {
    this.members = members;
    this.folder = folder;
    this.temporary = temporary;
    this.firstPort = firstPort;
    this.ready = new CountDownLatch(members);
  }

  /**
   * Starts the members and waits until all of them have ended.
   *
   * @return the exit status
   */
  public static int run(List<String> arguments) {
    int members = 3;
    Path folder = null;
    try {
      for (int i = 0; i < arguments.size(); i += 2) {
        switch (arguments.get(i)) {
          case "--members" -> members = Integer.parseInt(arguments.get(i + 1));
          case "--data-dir" -> folder = Path.of(arguments.get(i + 1));
          default -> throw new IllegalArgumentException(arguments.get(i));
        }
      }
      if (members < 1 || members > 9) {
        throw new IllegalArgumentException("--members is a number from 1 to 9");
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      System.err.println(USAGE + "\n(" + e.getMessage() + ")");
      return USAGE_STATUS;
    }
    try {
      boolean temporary = folder == null;
      Path chosen = folder == null ? Files.createTempDirectory("keelson-dev") : folder;
      new DevCluster(members, chosen, temporary, freePorts(members)).run();
      return 0;
    } catch (IOException e) {
      System.err.println("keelson: " + e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private void run() throws IOException, InterruptedException {
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::stop));
    for (int member = 1; member <= members; member++) {
      Process process =
          new ProcessBuilder(command(member))
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
      processes.add(process);
      String name = name(member);
      Thread.ofVirtual().start(() -> print(name, process));
    }
    Thread.ofVirtual().start(this::announce);
    for (Process process : processes) {
      int status = process.waitFor();
      if (status != 0) {
        say("process " + process.pid() + " ended with status " + status);
      }
    }
  }

  private static String name(int member) {
    return "m" + member;
  }

  private int clientPort(int member) {
    return firstPort + (member - 1) * PORT_STEP;
  }

  private String clientUrl(int member) {
    return "http://127.0.0.1:" + clientPort(member);
  }

  private String peerUrl(int member) {
    return "http://127.0.0.1:" + (clientPort(member) + 1);
  }

  /** This very program once more, with the flags of one member. */
  private List<String> command(int member) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("dev.keelson.server.Main");
    command.addAll(
        List.of(
            "--name=" + name(member),
            "--data-dir=" + folder.resolve(name(member)),
            "--listen-client-urls=" + clientUrl(member),
            "--advertise-client-urls=" + clientUrl(member),
            "--listen-peer-urls=" + peerUrl(member),
            "--initial-advertise-peer-urls=" + peerUrl(member),
            "--initial-cluster="
                + IntStream.rangeClosed(1, members)
                    .mapToObj(each -> name(each) + "=" + peerUrl(each))
                    .collect(Collectors.joining(",")),
            "--initial-cluster-token=keelson-dev",
            "--log-format=console"));
    return command;
  }

  private void print(String name, Process process) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        System.out.println(name + " | " + line);
        if (line.contains(READY_LINE)) {
          ready.countDown();
        }
      }
    } catch (IOException e) {
      // the process has ended
      System.out.println(name + " | (no more output)");
    }
  }

  private void announce() {
    try {
      ready.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    String endpoints =
        IntStream.rangeClosed(1, members)
            .mapToObj(member -> "127.0.0.1:" + clientPort(member))
            .collect(Collectors.joining(","));
    say("all members are ready; data in " + folder + (temporary ? " (removed at the end)" : ""));
    say("try: etcdctl --endpoints=" + endpoints + " endpoint status -w table");
    say("Ctrl-C ends it");
  }

  private static void say(String text) {
    System.out.println("dev | " + text);
  }

  private void stop() {
    processes.forEach(Process::destroy);
    try {
      for (Process process : processes) {
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      }
      if (temporary) {
        delete(folder);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | UncheckedIOException e) {
      say("cannot remove " + folder + ": " + e.getMessage());
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> tree = Files.walk(folder)) {
      deepestFirst = tree.sorted((one, other) -> other.compareTo(one)).toList();
    }
    for (Path each : deepestFirst) {
      Files.deleteIfExists(each);
    }
  }

  /** The first of the ports where all that are needed are free. */
  private static int freePorts(int members) {
    for (int first = FIRST_PORT; first < 60_000; first += 100) {
      int start = first;
      if (IntStream.range(0, members)
          .map(member -> start + member * PORT_STEP)
          .allMatch(port -> isFree(port) && isFree(port + 1))) {
        return first;
      }
    }
    throw new IllegalStateException("no free ports on 127.0.0.1");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
