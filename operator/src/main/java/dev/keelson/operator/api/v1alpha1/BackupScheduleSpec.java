package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.PrinterColumn;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;

/** When to back up, and what to keep. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BackupScheduleSpec(
    @Required @JsonPropertyDescription("The cluster.") ClusterRef clusterRef,
    @Required
        @PrinterColumn(name = "SCHEDULE")
        @Pattern("^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|\\S+( +\\S+){4})$")
        @JsonPropertyDescription("Cron expression of five fields.")
        String schedule,
    @Default("Etc/UTC") @JsonPropertyDescription("Time zone of the schedule, as Area/City.")
        String timeZone,
    @Default("false")
        @PrinterColumn(name = "SUSPENDED")
        @JsonPropertyDescription("Start no more backups.")
        Boolean suspend,
    @Default("false") @JsonPropertyDescription("Also back up once when this resource is made.")
        Boolean immediate,
    @Default("600")
        @Min(0)
        @JsonPropertyDescription("A run that is later than so many seconds is counted as missed.")
        Integer startingDeadlineSeconds,
    @Required @JsonPropertyDescription("What each backup is made from.") BackupTemplate template,
    @Default("{}") @JsonPropertyDescription("Which backups are kept.") BackupRetention retention) {
  /** Fills in the defaults of the schema. */
  public BackupScheduleSpec {
    timeZone = timeZone == null ? "Etc/UTC" : timeZone;
    suspend = suspend == null ? false : suspend;
    immediate = immediate == null ? false : immediate;
    startingDeadlineSeconds = startingDeadlineSeconds == null ? 600 : startingDeadlineSeconds;
    retention = retention == null ? BackupRetention.defaults() : retention;
  }
}
