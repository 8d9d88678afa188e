package dev.keelson.server.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keelson.sim.process.FreePorts;
import dev.keelson.sim.process.ScratchFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A server that speaks the S3 protocol, over a folder; its one bucket is there. */
final class S3Server implements AutoCloseable {
  static final String BUCKET = "backups";

  /** Right credentials, as the environment of a client. */
  static final Map<String, String> CREDENTIALS =
      Map.of(
          "AWS_ACCESS_KEY_ID",
          "keelson",
          "AWS_SECRET_ACCESS_KEY",
          "secret-of-the-test",
          "AWS_EC2_METADATA_DISABLED",
          "true");

  private final Path folder;
  private final int port;
  private final Command process;

  private S3Server(Path folder, int port, Command process) {
    this.folder = folder;
    this.port = port;
    this.process = process;
  }

  /** Starts one; skips the test when its program is missing. */
  static S3Server start() throws IOException, InterruptedException {
    Path jar = Path.of(System.getProperty("it.s3proxy", "target/s3/s3proxy.jar"));
    assumeTrue(Files.exists(jar), () -> jar + " is missing; it comes with pre-integration-test");
    Path folder = ScratchFolder.create("s3");
    int port = FreePorts.find(1).getFirst();
    Files.createDirectories(folder.resolve("data").resolve(BUCKET));
    Path settings =
        Files.writeString(
            folder.resolve("s3proxy.conf"),
            """
            s3proxy.authorization=aws-v2-or-v4
            s3proxy.identity=%s
            s3proxy.credential=%s
            s3proxy.endpoint=http://127.0.0.1:%d
            jclouds.provider=filesystem-nio2
            jclouds.identity=remote
            jclouds.credential=remote
            jclouds.filesystem.basedir=%s
            """
                .formatted(
                    CREDENTIALS.get("AWS_ACCESS_KEY_ID"),
                    CREDENTIALS.get("AWS_SECRET_ACCESS_KEY"),
                    port,
                    folder.resolve("data")));
    Command process =
        Command.start(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                jar.toString(),
                "--properties",
                settings.toString()),
            Map.of());
    process.awaitLine("Started Server");
    return new S3Server(folder, port, process);
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    process.close();
    ScratchFolder.delete(folder);
  }
}
