package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.kubernetes.EventRecorder;
import dev.keelson.operator.kubernetes.KubernetesObjects;
import dev.keelson.operator.member.AuthSetup;
import dev.keelson.operator.model.ClusterConditions;
import dev.keelson.operator.model.Names;
import dev.keelson.operator.model.OwnedSecret;
import dev.keelson.operator.model.Problem;
import io.grpc.StatusRuntimeException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns authentication on and keeps the password of root as its Secret has it. The client Secret
 * records the password that is in force, so that a new one can be set with the old one.
 */
final class ClusterAuth {
  static final String PASSWORD = "password";
  static final String USERNAME = "username";
  static final String ROOT = "root";
  private static final Duration AGAIN = Duration.ofSeconds(15);
  private static final int PASSWORD_BYTES = 24;

  private record Checked(String password, Instant at) {}

  private final KubernetesObjects kubernetes;
  private final EventRecorder events;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final ConcurrentMap<String, Checked> checked = new ConcurrentHashMap<>();

  ClusterAuth(KubernetesObjects kubernetes, EventRecorder events, Clock clock) {
    this.kubernetes = kubernetes;
    this.events = events;
    this.clock = clock;
  }

  /** The password in force; null while authentication is not wanted. */
  @Nullable String password(KeelsonCluster cluster) {
    if (!cluster.getSpec().auth().enabled()) {
      return null;
    }
    Checked known = checked.get(cluster.getMetadata().getUid());
    if (known != null) {
      return known.password;
    }
    Names names = Names.of(cluster);
    String inForce =
        OwnedSecret.text(kubernetes.secret(names.namespace(), names.clientSecret()), PASSWORD);
    return inForce == null ? wanted(cluster) : inForce;
  }

  void keep(KeelsonCluster cluster, Sighting seen, List<Problem> problems) {
    if (!cluster.getSpec().auth().enabled()
        || seen.observation().membership() == null
        || seen.observation().clusterId() == null) {
      return;
    }
    String uid = cluster.getMetadata().getUid();
    Checked last = checked.get(uid);
    Instant now = clock.instant();
    String wanted = wanted(cluster);
    if (wanted == null) {
      problems.add(problem("NoPassword", "the Secret of root's password has no key password"));
      return;
    }
    if (last != null && last.password.equals(wanted) && now.isBefore(last.at.plus(AGAIN))) {
      return;
    }
    try {
      set(cluster, seen.client().auth(), wanted);
      checked.put(uid, new Checked(wanted, now));
    } catch (StatusRuntimeException refused) {
      problems.add(problem("AuthNotSet", "authentication: " + refused.getMessage()));
    }
  }

  private void set(KeelsonCluster cluster, AuthSetup auth, String wanted) {
    switch (auth.login(wanted)) {
      case NOT_ENABLED -> {
        auth.enable(wanted);
        events.normal(cluster, "AuthEnabled", "authentication is on; the user is root");
      }
      case REFUSED -> {
        auth.changePassword(wanted);
        events.normal(cluster, "PasswordChanged", "the password of root is the one of its Secret");
      }
      case ACCEPTED -> {}
    }
  }

  private @Nullable String wanted(KeelsonCluster cluster) {
    Names names = Names.of(cluster);
    String named = cluster.getSpec().auth().rootSecretRef();
    String name = named == null ? names.rootSecret() : named;
    String password = OwnedSecret.text(kubernetes.secret(names.namespace(), name), PASSWORD);
    if (password != null || named != null) {
      return password;
    }
    byte[] bytes = new byte[PASSWORD_BYTES];
    random.nextBytes(bytes);
    String made = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    kubernetes.create(
        OwnedSecret.of(cluster, name, Map.of(), Map.of(USERNAME, ROOT, PASSWORD, made)));
    return made;
  }

  private static Problem problem(String reason, String message) {
    return new Problem(ClusterConditions.DEGRADED, reason, message);
  }
}
