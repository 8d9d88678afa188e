package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Server settings; each maps to the server option of the same meaning. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "!has(self.extra) || self.extra.all(k, !k.startsWith('initial-') &&"
            + " !k.startsWith('listen-') && !k.startsWith('advertise-') && !k.endsWith('-file')"
            + " && !k.startsWith('auto-compaction-') && !(k in ['name', 'data-dir',"
            + " 'max-learners', 'quota-backend-bytes', 'max-request-bytes', 'snapshot-count',"
            + " 'client-cert-auth', 'peer-client-cert-auth', 'config-file']))",
    message = "extra may not set an option that the operator owns")
public record ConfigSpec(
    @Default("2147483648")
        @Min(16777216)
        @JsonPropertyDescription("Size of the database, in bytes, at which writes stop.")
        Long quotaBytes,
    @JsonPropertyDescription("Automatic compaction; off if left out.")
        @Nullable AutoCompactionSpec autoCompaction,
    @Default("1572864") @Min(1024) @JsonPropertyDescription("Largest request, in bytes.")
        Integer maxRequestBytes,
    @Default("10000") @Min(1) @JsonPropertyDescription("Applied entries between two snapshots.")
        Long snapshotCount,
    @Size(max = 64) @JsonPropertyDescription("More server options, by name without dashes.")
        Map<String, String> extra) {
  /** Fills in the defaults of the schema. */
  public ConfigSpec {
    quotaBytes = quotaBytes == null ? 2_147_483_648L : quotaBytes;
    maxRequestBytes = maxRequestBytes == null ? 1_572_864 : maxRequestBytes;
    snapshotCount = snapshotCount == null ? 10_000L : snapshotCount;
    extra = extra == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(extra));
  }

  /** All defaults. */
  @SuppressWarnings("NullAway") // the constructor fills in what is null
  static ConfigSpec defaults() {
    return new ConfigSpec(null, null, null, null, null);
  }
}
