package dev.keelson.operator.e2e;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which local program stands for an image. */
final class LocalImages {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin/java").toString();
  private static final int TRAINING_SECONDS = 120;

  private final Path home;
  private final Path etcdctl;
  private final Path server;
  private final Path operator;

  LocalImages(Path home, Path etcdctl, Path serverJar, Path operatorJar) throws IOException {
    this.home = home;
    this.etcdctl = etcdctl;
    this.server = Files.copy(serverJar, home.resolve("server.jar"));
    this.operator = Files.copy(operatorJar, home.resolve("operator.jar"));
    Files.createDirectory(messages());
    Files.writeString(file(), json());
  }

  /** What the node agent reads. */
  Path file() {
    return home.resolve("images.json");
  }

  /** A file per Pod with what it wrote to its {@code /dev/termination-log}. */
  Path messages() {
    return home.resolve("messages");
  }

  private String json() throws IOException {
    Map<String, Object> images = new TreeMap<>();
    images.put("keelson:*", List.of(serverScript().toString()));
    images.put(
        "keelson-operator:*",
        List.of(
            JAVA,
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx192m",
            "-jar",
            operator.toString()));
    images.put("etcdctl:*", Map.of("env", Map.of("PATH", etcdctl.getParent() + ":/usr/bin:/bin")));
    return new KubernetesSerialization().asJson(images);
  }

  /**
   * As a container of the image starts: with the image's JVM options, the AOT cache of a training
   * run, a file of its own as termination log, and a name server that refuses at once what the
   * Pod's hosts file does not have, as that of a cluster does; this machine's cannot be reached
   * from a Pod, and is waited for. The Pod's mounts are its own, so nobody else sees these.
   */
  private Path serverScript() throws IOException {
    train();
    Path names =
        Files.writeString(
            home.resolve("resolv.conf"), "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
    Path script = home.resolve("keelson");
    Files.writeString(
        script,
        """
        #!/bin/sh
        message=%s/$HOSTNAME
        : > "$message"
        [ -e /dev/termination-log ] || : > /dev/termination-log
        mount --bind "$message" /dev/termination-log
        mount --bind %s /etc/resolv.conf
        export MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=262144
        exec %s -XX:AOTCache=%s @%s -Djava.library.path=%s -cp %s dev.keelson.server.Main "$@"
        """
            .formatted(messages(), names, JAVA, aotCache(), jvmOptions(), nativeFolder(), server));
    return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /**
   * As the last stage of the image's build; it takes a few seconds and saves more at each start.
   */
  private void train() {
    var _ =
        Command.of(
                JAVA,
                "-XX:AOTCacheOutput=" + aotCache(),
                "@" + jvmOptions(),
                "-cp",
                server.toString(),
                "dev.keelson.server.launch.TrainingRun",
                home.resolve("training").toString(),
                nativeFolder().toString())
            .succeed(TRAINING_SECONDS);
  }

  private Path aotCache() {
    return home.resolve("server.aot");
  }

  private Path nativeFolder() {
    return home.resolve("native");
  }

  private static Path jvmOptions() {
    return LocalRig.root().resolve("src/server/jvm.options");
  }
}
