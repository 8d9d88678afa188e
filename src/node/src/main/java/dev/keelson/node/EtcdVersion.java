package dev.keelson.node;

/** The version of etcd whose behaviour this server has, as clients and tools see it. */
public final class EtcdVersion {
  /** What Status and {@code --version} say. */
  public static final String SERVER = "3.6.14";

  /** What members agree to speak. */
  public static final String CLUSTER = "3.6.0";

  /** The oldest agreement this program can be part of. */
  public static final String MIN_CLUSTER = "3.0.0";

  /** The format of what a snapshot holds. */
  public static final String STORAGE = "3.6.0";

  private EtcdVersion() {}
}
