package dev.keelson.server.command.store;

import dev.keelson.server.command.CommandException;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that say where backups are kept. */
public final class StoreFlags {
  private static final String S3 = "s3://";
  private static final String FILE = "file://";

  @Option(
      names = "--store",
      paramLabel = "URL",
      required = true,
      description = "A folder, file:///folder, or s3://bucket/prefix.")
  private String url = "";

  @Option(
      names = "--s3-endpoint",
      paramLabel = "URL",
      description = "URL of the server (default: Amazon's for the region).")
  private @Nullable URI endpoint;

  @Option(
      names = "--s3-region",
      paramLabel = "REGION",
      description = "Region (default: ${DEFAULT-VALUE}).")
  private String region = "us-east-1";

  @Option(
      names = "--s3-path-style",
      description = "Put the bucket into the path, not into the host name.")
  private boolean pathStyle;

  @Option(
      names = "--s3-ca-file",
      paramLabel = "FILE",
      description = "Certificates of the authorities to trust instead of the system's.")
  private @Nullable Path caFile;

  @Option(
      names = "--s3-attempts",
      paramLabel = "N",
      description =
          "How often a request is tried; ten bridge about a minute (default: ${DEFAULT-VALUE}).")
  private int attempts = 10;

  /**
   * Opens the store.
   *
   * @throws CommandException if the flags are wrong, or the store cannot be used
   */
  public BackupStore open() {
    if (url.startsWith(S3)) {
      return new S3Store(bucket());
    }
    if (url.startsWith(FILE)) {
      return new FolderStore(Path.of(url.substring(FILE.length())));
    }
    if (url.isBlank() || url.contains("://")) {
      throw CommandException.usage(
          "--store must be a folder, file:///folder or s3://bucket/prefix, not " + url);
    }
    return new FolderStore(Path.of(url));
  }

  private S3Settings bucket() {
    String[] parts = url.substring(S3.length()).split("/", 2);
    String prefix = parts.length < 2 ? "" : parts[1].replaceAll("^/+|/+$", "");
    if (parts[0].isEmpty()) {
      throw CommandException.usage("--store names no bucket: " + url);
    }
    if (endpoint != null && (endpoint.getScheme() == null || endpoint.getHost() == null)) {
      throw CommandException.usage("--s3-endpoint must be http://host:port or https://host:port");
    }
    return new S3Settings(
        parts[0],
        prefix.isEmpty() ? "" : prefix + "/",
        endpoint,
        region,
        pathStyle,
        caFile,
        Math.max(1, attempts));
  }
}
