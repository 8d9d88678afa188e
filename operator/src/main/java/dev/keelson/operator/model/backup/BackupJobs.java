package dev.keelson.operator.model.backup;

import dev.keelson.operator.api.v1alpha1.BackupSpec;
import dev.keelson.operator.api.v1alpha1.KeelsonBackup;
import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.TlsMode;
import dev.keelson.operator.model.Labels;
import dev.keelson.operator.model.Names;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The Jobs that make a stored backup and delete it again. */
public final class BackupJobs {
  /** The only container. */
  public static final String CONTAINER = "backup";

  private static final long USER = 65_532;
  private static final String CLIENT_FOLDER = "/etc/keelson/client";
  private static final String CLIENT = "client";
  private static final String SCRATCH = "scratch";
  private static final String TEMPORARY = "tmp";
  private static final int ATTEMPTS = 4;

  private BackupJobs() {}

  /** What a stored backup is called: the resource's name, and a part that no other has. */
  public static String id(KeelsonBackup backup) {
    String name = backup.getMetadata().getName();
    String unique = backup.getMetadata().getUid().substring(0, 8);
    return (name.length() > 100 ? name.substring(0, 100) : name) + "-" + unique;
  }

  /** The name of the Job that makes it. */
  public static String name(KeelsonBackup backup) {
    return shortened(backup.getMetadata().getName());
  }

  /** The name of the Job that deletes it. */
  public static String deletionName(KeelsonBackup backup) {
    return shortened(backup.getMetadata().getName()) + "-delete";
  }

  /** Job names become label values, which have 63 characters. */
  private static String shortened(String name) {
    return name.length() <= 50
        ? name
        : name.substring(0, 41) + "-" + Integer.toHexString(name.hashCode());
  }

  /** Takes the backup of a cluster, stores it and checks it. */
  public static Job create(KeelsonBackup backup, KeelsonCluster cluster, String image) {
    BackupSpec spec = backup.getSpec();
    boolean tls = cluster.getSpec().tls().mode() != TlsMode.Off;
    List<String> options = new ArrayList<>(List.of("backup", "create"));
    options.addAll(new StoreAccess(spec.store()).options());
    options.add("--endpoints=" + Names.of(cluster).serviceUrl(tls));
    if (tls) {
      options.add("--cacert=" + CLIENT_FOLDER + "/ca.crt");
      options.add("--cert=" + CLIENT_FOLDER + "/tls.crt");
      options.add("--key=" + CLIENT_FOLDER + "/tls.key");
    }
    if (cluster.getSpec().auth().enabled()) {
      options.add("--user=root");
      options.add("--password-file=" + CLIENT_FOLDER + "/password");
    }
    options.add("--id=" + id(backup));
    options.add("--verify=" + spec.verify().name().toLowerCase(Locale.ROOT));
    options.add("--scratch-dir=/scratch");
    List<Volume> volumes = new ArrayList<>();
    volumes.add(
        new VolumeBuilder()
            .withName(CLIENT)
            .withNewSecret()
            .withSecretName(Names.of(cluster).clientSecret())
            .withDefaultMode(0440)
            .endSecret()
            .build());
    return job(
        backup,
        name(backup),
        image,
        options,
        volumes,
        List.of(StoreAccess.mount(CLIENT, CLIENT_FOLDER, true)));
  }

  /** Deletes the stored backup. */
  public static Job delete(KeelsonBackup backup, String image) {
    List<String> options = new ArrayList<>(List.of("backup", "delete"));
    options.addAll(new StoreAccess(backup.getSpec().store()).options());
    options.add(id(backup));
    return job(backup, deletionName(backup), image, options, List.of(), List.of());
  }

  private static Job job(
      KeelsonBackup backup,
      String name,
      String image,
      List<String> options,
      List<Volume> moreVolumes,
      List<VolumeMount> moreMounts) {
    StoreAccess store = new StoreAccess(backup.getSpec().store());
    List<String> arguments = new ArrayList<>(options);
    arguments.add("--json");
    arguments.add("--result-file=/dev/termination-log");
    List<Volume> volumes = new ArrayList<>(moreVolumes);
    volumes.addAll(store.volumes());
    List<VolumeMount> mounts = new ArrayList<>(moreMounts);
    mounts.addAll(store.mounts());
    for (String folder : List.of(SCRATCH, TEMPORARY)) {
      volumes.add(new VolumeBuilder().withName(folder).withNewEmptyDir().endEmptyDir().build());
      mounts.add(StoreAccess.mount(folder, "/" + folder, false));
    }
    return new JobBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(backup.getMetadata().getNamespace())
        .withLabels(labels(backup))
        .withOwnerReferences(
            new OwnerReferenceBuilder()
                .withApiVersion(backup.getApiVersion())
                .withKind(backup.getKind())
                .withName(backup.getMetadata().getName())
                .withUid(backup.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build())
        .endMetadata()
        .withNewSpec()
        .withBackoffLimit(ATTEMPTS - 1)
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels(backup))
        .endMetadata()
        .withNewSpec()
        .withRestartPolicy("Never")
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withRunAsUser(USER)
        .withRunAsGroup(USER)
        .withFsGroup(USER)
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .withContainers(
            new ContainerBuilder()
                .withName(CONTAINER)
                .withImage(image)
                .withArgs(arguments)
                .withEnv(store.environment())
                .withVolumeMounts(mounts)
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .build())
        .withVolumes(volumes)
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private static Map<String, String> labels(KeelsonBackup backup) {
    Map<String, String> labels = new TreeMap<>();
    labels.put("app.kubernetes.io/name", "keelson-backup");
    labels.put("app.kubernetes.io/managed-by", "keelson-operator");
    labels.put(Labels.BACKUP, shortened(backup.getMetadata().getName()));
    return labels;
  }
}
