package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.sim.process.ServerProcess;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Starts that must be refused, each with a message that names the cause. */
final class BadStartIT {
  private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(60);
  private static final String NEEDLE = "needle-in-the-log-segment";

  @Test
  void occupiedPort() throws InterruptedException {
    try (ServerProcess first = Servers.start();
        ServerProcess second = first.onSamePorts()) {
      assertRefused(second, Integer.toString(first.clientPort()), "address already in use");
      assertServes(first);
    }
  }

  @Test
  void cipherSuiteThatIsNoneEvenWithoutTls() throws InterruptedException {
    try (ServerProcess server =
        new ServerProcess(Servers.program(), List.of("--cipher-suites=TLS_NONE"))) {
      assertRefused(server, "unexpected TLS cipher suite", "TLS_NONE");
    }
  }

  @Test
  void dataFolderThatCannotBeWritten() throws IOException, InterruptedException {
    try (ServerProcess server = new ServerProcess(Servers.program(), List.of())) {
      // A file in its place: permissions would not stop a test that runs as root.
      Files.writeString(server.dataFolder(), "not a folder");
      assertRefused(server, server.dataFolder().toString());
      assertThat(server.dataFolder()).hasContent("not a folder");
    }
  }

  @Test
  void dataFolderOfAnotherProgram() throws IOException, InterruptedException {
    Servers.assumeKeelson("foreign data is recognised");
    try (ServerProcess server = new ServerProcess(Servers.program(), List.of())) {
      Path foreign = server.dataFolder().resolve("member").resolve("snap").resolve("db");
      Files.createDirectories(foreign.getParent());
      Files.writeString(foreign, "data of another program");
      assertRefused(server, server.dataFolder().toString());
      assertThat(foreign).hasContent("data of another program");
    }
  }

  @Test
  void secondProcessOnTheSameData() throws InterruptedException {
    Servers.assumeKeelson("a second process ends instead of waiting for the lock");
    try (ServerProcess first = Servers.start();
        ServerProcess second = first.onSameData()) {
      assertRefused(second, first.dataFolder().toString());
      assertServes(first);
    }
  }

  @Test
  void flippedByteInALogSegment() throws IOException, InterruptedException {
    Servers.assumeKeelson("the damaged file and the place in it are named");
    try (ServerProcess server = Servers.start()) {
      put(server, NEEDLE);
      for (int i = 0; i < 50; i++) {
        put(server, "after the needle " + i);
      }
      server.kill();
      List<Path> damaged = flipByteOfNeedle(server.dataFolder());
      assertThat(damaged).as("files that hold the value").isNotEmpty();
      server.launch();
      assertThat(server.awaitExit(EXIT_TIMEOUT)).as("exit code").isNotZero();
      String said = server.logText();
      assertThat(damaged).as(said).anyMatch(file -> said.contains(file.getFileName().toString()));
      assertThat(said).containsPattern("(?i)offset\\W+\\d+");
    }
  }

  private static void assertRefused(ServerProcess server, String... causes)
      throws InterruptedException {
    server.launch();
    assertThat(server.awaitExit(EXIT_TIMEOUT)).as("exit code").isNotZero();
    for (String cause : causes) {
      assertThat(server.logText()).containsIgnoringCase(cause);
    }
  }

  private static void assertServes(ServerProcess server) {
    put(server, "still serving");
  }

  private static void put(ServerProcess server, String value) {
    ManagedChannel channel = Servers.connect(server);
    try {
      var written =
          KVGrpc.newBlockingStub(channel)
              .put(
                  PutRequest.newBuilder()
                      .setKey(ByteString.copyFromUtf8("k"))
                      .setValue(ByteString.copyFromUtf8(value))
                      .build());
      assertThat(written.hasHeader()).isTrue();
    } finally {
      channel.shutdownNow();
    }
  }

  /** Damages every file that holds the needle; after a kill that is the log, not the store. */
  private static List<Path> flipByteOfNeedle(Path folder) throws IOException {
    List<Path> damaged = new ArrayList<>();
    List<Path> files;
    try (Stream<Path> tree = Files.walk(folder)) {
      files = tree.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      // One byte per char, so that an index in the text is an offset in the file.
      int at = Files.readString(file, StandardCharsets.ISO_8859_1).indexOf(NEEDLE);
      if (at >= 0) {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
          bytes.seek(at);
          bytes.write('N');
        }
        damaged.add(file);
      }
    }
    return damaged;
  }
}
