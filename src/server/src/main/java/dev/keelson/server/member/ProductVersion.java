package dev.keelson.server.member;

import dev.keelson.node.EtcdVersion;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/** The versions this build answers with. */
public final class ProductVersion {

  /** The etcd release whose behaviour is offered. */
  public static final String ETCD = EtcdVersion.SERVER;

  /** Keelson's own release. */
  public static final String KEELSON = "0.1.0";

  private ProductVersion() {}

  /** The text of {@code --version}: etcd's four lines, then ours. */
  public static String text() {
    return """
        etcd Version: %s
        Git SHA: keelson-%s
        Go Version: none (Java %s)
        Go OS/Arch: %s/%s
        Keelson Version: %s
        """
        .formatted(
            ETCD,
            KEELSON,
            Runtime.version(),
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT),
            arch(),
            KEELSON);
  }

  /** The body of {@code /version}: the versions of server, cluster and stored data. */
  public static String json(MemberView view) {
    return new JsonObject()
        .put("etcdserver", ETCD)
        .put("etcdcluster", view.clusterVersion())
        .put("storage", view.storageVersion())
        .encode();
  }

  private static String arch() {
    String arch = System.getProperty("os.arch", "");
    return switch (arch) {
      case "x86_64" -> "amd64";
      case "aarch64" -> "arm64";
      default -> arch;
    };
  }
}
