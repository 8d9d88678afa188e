package dev.keelson.operator.model.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.api.v1alpha1.BackupSpec;
import dev.keelson.operator.api.v1alpha1.BackupStore;
import dev.keelson.operator.api.v1alpha1.ClusterRef;
import dev.keelson.operator.api.v1alpha1.DeletionPolicy;
import dev.keelson.operator.api.v1alpha1.KeelsonBackup;
import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.PvcStore;
import dev.keelson.operator.api.v1alpha1.S3Store;
import dev.keelson.operator.api.v1alpha1.Verification;
import dev.keelson.operator.model.Images;
import dev.keelson.operator.model.MemberPod;
import dev.keelson.operator.model.membership.StartMode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BackupJobsTest {
  private static final BackupStore BUCKET =
      new BackupStore(
          new S3Store("http://s3:9000", "b", "/demo/", "eu", true, "credentials", "s3-ca"), null);
  private static final BackupStore CLAIM = new BackupStore(null, new PvcStore("backups", "demo"));

  private static KeelsonCluster cluster() {
    KeelsonCluster cluster = new KeelsonCluster().filled();
    cluster.setMetadata(
        new ObjectMetaBuilder().withName("db").withNamespace("ns").withUid("u").build());
    return cluster;
  }

  private static Container job(BackupStore store) {
    KeelsonBackup backup = new KeelsonBackup();
    backup.setMetadata(
        new ObjectMetaBuilder()
            .withName("nightly")
            .withNamespace("ns")
            .withUid("12345678-0000")
            .build());
    backup.setSpec(
        new BackupSpec(new ClusterRef("db"), store, Verification.Checksum, DeletionPolicy.Retain));
    return BackupJobs.create(backup, cluster(), "keelson:1")
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst();
  }

  @Test
  void aBackupToABucket() {
    Container container = job(BUCKET);
    assertThat(container.getArgs())
        .startsWith("backup", "create")
        .contains(
            "--store=s3://b/demo",
            "--s3-endpoint=http://s3:9000",
            "--s3-region=eu",
            "--s3-path-style",
            "--s3-ca-file=/etc/keelson/s3-ca/ca.crt",
            "--endpoints=https://db.ns.svc:2379",
            "--cacert=/etc/keelson/client/ca.crt",
            "--id=nightly-12345678",
            "--verify=checksum",
            "--json",
            "--result-file=/dev/termination-log");
    assertThat(container.getEnv())
        .extracting(env -> env.getValueFrom().getSecretKeyRef().getName())
        .containsExactly("credentials", "credentials");
  }

  @Test
  void aBackupToAClaim() {
    Container container = job(CLAIM);
    assertThat(container.getArgs()).contains("--store=/backups/demo");
    assertThat(container.getEnv()).isEmpty();
    assertThat(container.getVolumeMounts()).extracting(VolumeMount::getName).contains("backups");
  }

  @Test
  void aRestoreMakesTheDirectoryThatTheServerStartsOn() {
    Pod pod =
        MemberPod.of(cluster(), new Images("keelson", "1.0.0"), 1, List.of(1L), StartMode.SEED);
    Container restore =
        RestoreContainer.before(pod, new RestoreSource(CLAIM, "nightly-12345678"))
            .getSpec()
            .getInitContainers()
            .getFirst();
    assertThat(restore.getArgs())
        .startsWith("backup", "restore", "--store=/backups/demo", "nightly-12345678")
        .contains(
            "--data-dir=/var/lib/keelson/data",
            "--name=db-1",
            "--initial-cluster=db-1=https://db-1.db-peers.ns.svc:2380",
            "--initial-advertise-peer-urls=https://db-1.db-peers.ns.svc:2380",
            "--skip-existing");
    assertThat(restore.getVolumeMounts())
        .extracting(VolumeMount::getMountPath)
        .containsExactlyInAnyOrder("/backups", "/var/lib/keelson", "/tmp");
  }
}
