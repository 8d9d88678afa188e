package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A cert-manager issuer. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record IssuerRef(
    @Required @Size(min = 1, max = 253) @JsonPropertyDescription("Name of the issuer.") String name,
    @Default("Issuer")
        @Pattern("^(Issuer|ClusterIssuer)$")
        @JsonPropertyDescription("Issuer or ClusterIssuer.")
        String kind) {
  /** Fills in the defaults of the schema. */
  public IssuerRef {
    kind = kind == null ? "Issuer" : kind;
  }
}
