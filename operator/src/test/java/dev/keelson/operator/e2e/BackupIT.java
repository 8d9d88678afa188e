package dev.keelson.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.api.v1alpha1.BackupPhase;
import dev.keelson.operator.api.v1alpha1.BackupScheduleStatus;
import dev.keelson.operator.api.v1alpha1.BackupStatus;
import dev.keelson.operator.api.v1alpha1.BackupSummary;
import dev.keelson.operator.api.v1alpha1.KeelsonBackup;
import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** Backups to a claim and to a bucket, what can be wrong with them, and the way back. */
@ExtendWith(OnKubernetes.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class BackupIT {
  private static final Duration LIMIT = Duration.ofSeconds(150);
  private static final String NAME = "kept";
  private static final int KEYS = 300;

  /** The password is in a Secret of the user's, so that it outlives the cluster, as backups do. */
  private static final String AUTH = "auth: {enabled: true, rootSecretRef: kept-password}\n";

  private final Kubernetes kubernetes;
  private final S3Server s3;

  BackupIT(Kubernetes kubernetes) {
    this.kubernetes = kubernetes;
    this.s3 = kubernetes.local().s3();
  }

  @BeforeAll
  void fill() {
    password("first");
    kubernetes.create(NAME, "replicas: 1\n" + AUTH);
    kubernetes.awaitVoters(NAME, 1, LIMIT);
    awaitPassword("first");
    write("early", KEYS);
    credentials("bucket", S3Server.SECRET);
    credentials("wrong", "not-the-secret");
    kubernetes.apply(
        """
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: backups}
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: unbound}
        spec:
          accessModes: [ReadWriteOnce]
          resources: {requests: {storage: 1Gi}}
          volumeName: nowhere
        """);
  }

  @AfterAll
  void remove() {
    kubernetes.destroy(NAME);
  }

  private void password(String password) {
    kubernetes.apply(
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: kept-password}
        stringData: {password: %s}
        """
            .formatted(password));
  }

  /** Clients are told the password that is in force. */
  private void awaitPassword(String password) {
    kubernetes.until(
        LIMIT,
        () -> kubernetes.secret(NAME + "-client", "password").equals(password),
        () -> String.join("\n", kubernetes.events(NAME)));
  }

  private void credentials(String name, String secret) {
    kubernetes.apply(
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: %s}
        stringData: {accessKeyId: %s, secretAccessKey: %s}
        """
            .formatted(name, S3Server.KEY_ID, secret));
  }

  private void write(String prefix, int count) {
    try (Client client = kubernetes.connect(NAME)) {
      for (int i = 0; i < count; i++) {
        client.put(prefix + "/" + i, "value " + i);
      }
    }
  }

  private void verify(String prefix, int count) {
    try (Client client = kubernetes.connect(NAME)) {
      assertThat(client.keys(prefix + "/", prefix + "0")).hasSize(count);
      for (int i = 0; i < count; i += 17) {
        assertThat(client.get(prefix + "/" + i)).isEqualTo("value " + i);
      }
    }
  }

  private String bucket(String endpoint, String credentials) {
    return "{s3: {endpoint: '"
        + endpoint
        + "', bucket: backups, prefix: kept, forcePathStyle: true, credentialsSecretRef: "
        + credentials
        + "}}";
  }

  private void backUp(String name, String store) {
    kubernetes.apply(
        """
        apiVersion: keelson.dev/v1alpha1
        kind: KeelsonBackup
        metadata: {name: %s}
        spec: {clusterRef: {name: %s}, store: %s}
        """
            .formatted(name, NAME, store));
  }

  private void succeeds(String name, String location) {
    KeelsonBackup backup = kubernetes.awaitBackup(name, LIMIT);
    BackupStatus status = Objects.requireNonNull(backup.getStatus());
    assertThat(status.phase()).as("%s", status.conditions()).isEqualTo(BackupPhase.Succeeded);
    assertThat(status.location()).contains(location);
    assertThat(status.revision()).isGreaterThan(KEYS);
    assertThat(status.sizeBytes()).isPositive();
    assertThat(status.sha256()).hasSize(64);
    assertThat(status.verified()).isTrue();
  }

  /** The condition of a backup that does not get on names the cause. */
  private void names(String backup, String... words) {
    kubernetes.until(
        LIMIT,
        () -> {
          BackupStatus status = kubernetes.backup(backup).getStatus();
          return status != null
              && status.conditions().stream()
                  .anyMatch(
                      condition ->
                          "False".equals(condition.getStatus())
                              && java.util.Arrays.stream(words)
                                  .allMatch(condition.getMessage()::contains));
        },
        () -> String.valueOf(kubernetes.backup(backup).getStatus()));
    kubernetes.kubectl("-n", Kubernetes.NAMESPACE, "delete", "kb", backup, "--timeout=50s");
  }

  @Test
  @Order(1)
  void aBackupToAClaimIsVerified() {
    backUp("to-claim", "{pvc: {claimName: backups}}");
    succeeds("to-claim", "/backups/to-claim-");
  }

  @Test
  @Order(2)
  void aScheduleBeginsAtOnceWhenAsked() {
    kubernetes.apply(
        """
        apiVersion: keelson.dev/v1alpha1
        kind: KeelsonBackupSchedule
        metadata: {name: nightly}
        spec:
          clusterRef: {name: kept}
          schedule: "0 3 * * *"
          timeZone: Europe/Berlin
          immediate: true
          template: {store: %s}
        """
            .formatted(bucket(s3.endpoint(), "bucket")));
    kubernetes.until(
        LIMIT,
        () -> {
          BackupScheduleStatus status = kubernetes.schedule("nightly").getStatus();
          return status != null && status.lastSuccessTime() != null;
        },
        () -> String.valueOf(kubernetes.schedule("nightly").getStatus()));
    BackupScheduleStatus status =
        Objects.requireNonNull(kubernetes.schedule("nightly").getStatus());
    succeeds(Objects.requireNonNull(status.lastBackup()), "s3://backups/kept/nightly-");
    assertThat(Instant.parse(Objects.requireNonNull(status.nextScheduleTime())))
        .isAfter(Instant.parse(Objects.requireNonNull(status.lastScheduleTime())));
    KeelsonCluster cluster = kubernetes.await(NAME, LIMIT, c -> c.getStatus().backup() != null);
    BackupSummary summary = Objects.requireNonNull(cluster.getStatus().backup());
    assertThat(summary.lastSuccess()).isNotNull();
    assertThat(summary.lastVerified()).isNotNull();
    kubernetes.kubectl("-n", Kubernetes.NAMESPACE, "delete", "keelsonbackupschedule", "nightly");
  }

  @Test
  @Order(3)
  void aNewPasswordAndALargerDiskAreTakenUp() {
    password("second");
    kubernetes.patch(NAME, "{\"storage\": {\"size\": \"2Gi\"}}");
    awaitPassword("second");
    kubernetes.until(
        LIMIT,
        () ->
            kubernetes.disks(NAME).stream()
                .allMatch(
                    disk ->
                        new Quantity("2Gi").equals(disk.getStatus().getCapacity().get("storage"))),
        () -> Serialization.asYaml(kubernetes.disks(NAME)));
    kubernetes.await(NAME, LIMIT, cluster -> Kubernetes.isNot(cluster, "Degraded"));
    verify("early", KEYS);
  }

  @Test
  @Order(4)
  void whatIsWrongIsNamed() {
    backUp("wrong-key", bucket(s3.endpoint(), "wrong"));
    backUp("no-server", bucket("http://" + s3.address() + ":1", "bucket"));
    backUp("no-claim", "{pvc: {claimName: unbound}}");
    backUp("no-secret", bucket(s3.endpoint(), "absent"));
    names("wrong-key", "credentials are wrong");
    names("no-server", s3.address() + ":1", "refused");
    names("no-secret", "absent");
    names("no-claim", "unbound");
  }

  @Test
  @Order(5)
  void whatWasDestroyedIsRestoredUnderTheSameName() {
    write("late", KEYS);
    backUp("last", bucket(s3.endpoint(), "bucket"));
    succeeds("last", "s3://backups/kept/last-");
    String before = kubernetes.cluster(NAME).getStatus().clusterID();
    kubernetes.destroy(NAME);
    assertThat(kubernetes.disks(NAME)).isEmpty();
    kubernetes.create(NAME, "replicas: 1\nbootstrap: {fromBackup: {name: last}}\n" + AUTH);
    KeelsonCluster restored = kubernetes.awaitVoters(NAME, 1, LIMIT);
    assertThat(restored.getStatus().clusterID()).isNotEqualTo(before);
    verify("early", KEYS);
    verify("late", KEYS);
    write("after", 1);
    verify("after", 1);
  }
}
