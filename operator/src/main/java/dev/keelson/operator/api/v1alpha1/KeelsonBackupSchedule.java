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

/** Backups of one cluster at the times of a cron expression, and which of them are kept. */
@Group("keelson.dev")
@Version("v1alpha1")
@Kind("KeelsonBackupSchedule")
@Singular("keelsonbackupschedule")
@Plural("keelsonbackupschedules")
@ShortNames("kbs")
@AdditionalPrinterColumn(
    name = "AGE",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@NullUnmarked // fabric8's base class hands out null for a part that is not there
public final class KeelsonBackupSchedule
    extends CustomResource<BackupScheduleSpec, BackupScheduleStatus> implements Namespaced {
  private static final long serialVersionUID = 1L;

  @Override
  protected BackupScheduleSpec initSpec() {
    return null;
  }

  @Override
  protected BackupScheduleStatus initStatus() {
    return null;
  }
}
