package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Encryption of client and peer connections. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "self.mode != 'CertManager' || has(self.issuerRef)",
    message = "mode CertManager needs issuerRef")
@ValidationRule(
    value = "self.mode != 'Secret' || (has(self.serverSecretName) && has(self.peerSecretName))",
    message = "mode Secret needs serverSecretName and peerSecretName")
public record TlsSpec(
    @Default("SelfSigned") @JsonPropertyDescription("Who makes the certificates.") TlsMode mode,
    @JsonPropertyDescription("The cert-manager issuer, for mode CertManager.")
        @Nullable IssuerRef issuerRef,
    @JsonPropertyDescription(
            "Secret with tls.crt, tls.key and ca.crt for clients' connections, for mode Secret.")
        @Nullable String serverSecretName,
    @JsonPropertyDescription("The same for connections between members, for mode Secret.")
        @Nullable String peerSecretName,
    @JsonPropertyDescription(
            "Secret with tls.crt, tls.key and ca.crt that the operator and clients use, for mode"
                + " Secret with client certificates required.")
        @Nullable String clientSecretName,
    @Default("Required") @JsonPropertyDescription("Whether a client must show a certificate.")
        ClientAuth clientAuth,
    @Default("2592000")
        @Min(1)
        @JsonPropertyDescription("Seconds before its end at which a certificate is renewed.")
        Integer renewBeforeSeconds,
    @Default("1")
        @Min(1)
        @JsonPropertyDescription(
            "Raise it to replace the authorities now; the old ones stay trusted for"
                + " caOverlapSeconds before and after.")
        Integer caGeneration,
    @Default("86400")
        @Min(1)
        @JsonPropertyDescription(
            "Seconds for which an old and a new authority are both trusted, so that members and"
                + " clients can take up the new one.")
        Integer caOverlapSeconds) {
  /** Fills in the defaults of the schema. */
  public TlsSpec {
    mode = mode == null ? TlsMode.SelfSigned : mode;
    clientAuth = clientAuth == null ? ClientAuth.Required : clientAuth;
    renewBeforeSeconds = renewBeforeSeconds == null ? 2_592_000 : renewBeforeSeconds;
    caGeneration = caGeneration == null ? 1 : caGeneration;
    caOverlapSeconds = caOverlapSeconds == null ? 86_400 : caOverlapSeconds;
  }

  /** All defaults. */
  @SuppressWarnings("NullAway") // the constructor fills in what is null
  static TlsSpec defaults() {
    return new TlsSpec(null, null, null, null, null, null, null, null, null);
  }
}
