package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A bucket that speaks the S3 protocol. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record S3Store(
    @Pattern("^https?://.+")
        @JsonPropertyDescription("URL of the server; Amazon's for the region if left out.")
        @Nullable String endpoint,
    @Required @Size(min = 3, max = 63) @JsonPropertyDescription("Bucket.") String bucket,
    @JsonPropertyDescription("Start of every key.") @Nullable String prefix,
    @Default("us-east-1") @JsonPropertyDescription("Region.") String region,
    @Default("false") @JsonPropertyDescription("Put the bucket in the path, not the host name.")
        Boolean forcePathStyle,
    @Required @JsonPropertyDescription("Secret with accessKeyId and secretAccessKey.")
        String credentialsSecretRef,
    @JsonPropertyDescription("Secret with ca.crt, to trust a private authority.")
        @Nullable String caSecretRef) {
  /** Fills in the defaults of the schema. */
  public S3Store {
    region = region == null ? "us-east-1" : region;
    forcePathStyle = forcePathStyle == null ? false : forcePathStyle;
  }
}
