package dev.keelson.operator;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/** Settings of the operator; each is also an environment variable, {@code KEELSON_OPERATOR_*}. */
@ConfigMapping(prefix = "keelson.operator")
public interface OperatorConfig {
  /** Namespaces to look after; all if there are none. */
  Optional<List<String>> namespaces();

  /** Where the server images are, without a tag. */
  @WithDefault("keelson")
  String imageRepository();

  /** The server's version where a specification names none. */
  String serverVersion();

  /**
   * Which of several operators this is, in Events and in the lease; the Pod's name as installed.
   * Made up, and so different from all others, if left out.
   */
  Optional<String> instance();

  /** The lease that operators of the same task take turns with. */
  LeaderElection leaderElection();

  /** How many clusters are looked after at the same time. */
  @WithDefault("8")
  int threads();

  /** How the leader among several operators is found. */
  interface LeaderElection {
    /** Whether there can be several operators. */
    @WithDefault("true")
    boolean enabled();

    /** Name of the lease. */
    @WithDefault("keelson-operator")
    String lease();

    /** Its namespace; the operator's own if left out. */
    Optional<String> namespace();
  }
}
