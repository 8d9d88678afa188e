package dev.keelson.operator.e2e;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A Kubernetes to test with. */
interface Rig extends AutoCloseable {
  /** How to reach it. */
  Path kubeconfig();

  /** The same, when it runs on this machine and so offers more than a Kubernetes does. */
  @Nullable LocalRig local();

  /** What went wrong, as far as it can tell: the ends of all logs. */
  String logs();

  @Override
  void close();

  /** The one that is asked for, or one on this machine; skips the caller if there is neither. */
  static Rig find() {
    String given = System.getenv("KEELSON_E2E_KUBECONFIG");
    return given == null ? LocalRig.start() : new GivenRig(Path.of(given));
  }

  /** A cluster that is there already. */
  record GivenRig(Path kubeconfig) implements Rig {
    @Override
    public @Nullable LocalRig local() {
      return null;
    }

    @Override
    public String logs() {
      return "";
    }

    @Override
    public void close() {}
  }
}
