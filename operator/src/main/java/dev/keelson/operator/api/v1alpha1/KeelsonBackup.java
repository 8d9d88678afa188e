package dev.keelson.operator.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.NullUnmarked;

/** One backup of one cluster; its spec cannot be changed. */
@Group("keelson.dev")
@Version("v1alpha1")
@Kind("KeelsonBackup")
@Singular("keelsonbackup")
@Plural("keelsonbackups")
@ShortNames("kb")
@AdditionalPrinterColumn(
    name = "AGE",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@NullUnmarked // fabric8's base class hands out null for a part that is not there
public final class KeelsonBackup extends CustomResource<BackupSpec, BackupStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1L;

  @Override
  protected BackupSpec initSpec() {
    return null;
  }

  @Override
  protected BackupStatus initStatus() {
    return null;
  }
}
