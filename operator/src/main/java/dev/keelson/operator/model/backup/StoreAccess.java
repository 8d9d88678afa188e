package dev.keelson.operator.model.backup;

import dev.keelson.operator.api.v1alpha1.BackupStore;
import dev.keelson.operator.api.v1alpha1.PvcStore;
import dev.keelson.operator.api.v1alpha1.S3Store;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * How a container reaches a store of backups: options of {@code keelson backup}, environment,
 * volumes.
 *
 * @param store the store
 */
record StoreAccess(BackupStore store) {
  private static final String FOLDER = "/backups";
  private static final String CA_FOLDER = "/etc/keelson/s3-ca";
  private static final String FOLDER_VOLUME = "backups";
  private static final String CA_VOLUME = "s3-ca";

  List<String> options() {
    List<String> options = new ArrayList<>();
    PvcStore claim = store.pvc();
    S3Store bucket = store.s3();
    if (claim != null) {
      String path = claim.subPath();
      options.add("--store=" + (path == null ? FOLDER : FOLDER + "/" + path));
    }
    if (bucket != null) {
      String prefix = bucket.prefix();
      options.add(
          "--store=s3://" + bucket.bucket() + (prefix == null ? "" : "/" + trimmed(prefix)));
      if (bucket.endpoint() != null) {
        options.add("--s3-endpoint=" + bucket.endpoint());
      }
      options.add("--s3-region=" + bucket.region());
      if (bucket.forcePathStyle()) {
        options.add("--s3-path-style");
      }
      if (bucket.caSecretRef() != null) {
        options.add("--s3-ca-file=" + CA_FOLDER + "/ca.crt");
      }
    }
    return options;
  }

  private static String trimmed(String prefix) {
    return prefix.replaceAll("^/+|/+$", "");
  }

  List<EnvVar> environment() {
    S3Store bucket = store.s3();
    return bucket == null
        ? List.of()
        : List.of(
            fromSecret("AWS_ACCESS_KEY_ID", bucket.credentialsSecretRef(), "accessKeyId"),
            fromSecret("AWS_SECRET_ACCESS_KEY", bucket.credentialsSecretRef(), "secretAccessKey"));
  }

  private static EnvVar fromSecret(String name, String secret, String key) {
    return new EnvVarBuilder()
        .withName(name)
        .withNewValueFrom()
        .withNewSecretKeyRef(key, secret, false)
        .endValueFrom()
        .build();
  }

  List<Volume> volumes() {
    List<Volume> volumes = new ArrayList<>();
    PvcStore claim = store.pvc();
    if (claim != null) {
      volumes.add(
          new VolumeBuilder()
              .withName(FOLDER_VOLUME)
              .withNewPersistentVolumeClaim(claim.claimName(), false)
              .build());
    }
    S3Store bucket = store.s3();
    if (bucket != null && bucket.caSecretRef() != null) {
      volumes.add(
          new VolumeBuilder()
              .withName(CA_VOLUME)
              .withNewSecret()
              .withSecretName(bucket.caSecretRef())
              .endSecret()
              .build());
    }
    return volumes;
  }

  List<VolumeMount> mounts() {
    List<VolumeMount> mounts = new ArrayList<>();
    if (store.pvc() != null) {
      mounts.add(mount(FOLDER_VOLUME, FOLDER, false));
    }
    S3Store bucket = store.s3();
    if (bucket != null && bucket.caSecretRef() != null) {
      mounts.add(mount(CA_VOLUME, CA_FOLDER, true));
    }
    return mounts;
  }

  static VolumeMount mount(String name, String path, boolean readOnly) {
    return new VolumeMountBuilder()
        .withName(name)
        .withMountPath(path)
        .withReadOnly(readOnly)
        .build();
  }
}
