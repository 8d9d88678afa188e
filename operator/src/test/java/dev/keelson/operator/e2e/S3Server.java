package dev.keelson.operator.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What an S3 server of the tests is set up with; it listens where Pods reach it. */
record S3Server(String address, int port) {
  static final String BUCKET = "backups";
  static final String KEY_ID = "keelson";
  static final String SECRET = "secret-of-the-test";

  String endpoint() {
    return "http://" + address + ":" + port;
  }

  /** The command that runs it over a folder. */
  List<String> command(Path jar, Path folder) {
    try {
      Files.createDirectories(folder.resolve(BUCKET));
      Path settings =
          Files.writeString(
              folder.resolveSibling("s3proxy.conf"),
              """
              s3proxy.authorization=aws-v2-or-v4
              s3proxy.identity=%s
              s3proxy.credential=%s
              s3proxy.endpoint=%s
              jclouds.provider=filesystem-nio2
              jclouds.identity=remote
              jclouds.credential=remote
              jclouds.filesystem.basedir=%s
              """
                  .formatted(KEY_ID, SECRET, endpoint(), folder));
      return List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-Xmx128m",
          "-jar",
          jar.toString(),
          "--properties",
          settings.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
