package dev.keelson.operator.model;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Secrets of a cluster, deleted with it. */
public final class OwnedSecret {
  private OwnedSecret() {}

  /**
   * A Secret of texts.
   *
   * @param annotations more annotations
   * @param texts its contents
   */
  public static Secret of(
      KeelsonCluster cluster,
      String name,
      Map<String, String> annotations,
      Map<String, String> texts) {
    Names names = Names.of(cluster);
    TreeMap<String, String> data = new TreeMap<>();
    texts.forEach(
        (key, text) ->
            data.put(
                key, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))));
    return new SecretBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(names.namespace())
        .withLabels(Labels.common(names))
        .withAnnotations(annotations)
        .withOwnerReferences(Owner.of(cluster))
        .endMetadata()
        .withType("Opaque")
        .withData(data)
        .build();
  }

  /** One text of a Secret; null if it has none under that key. */
  public static @Nullable String text(@Nullable Secret secret, String key) {
    String coded = secret == null || secret.getData() == null ? null : secret.getData().get(key);
    return coded == null
        ? null
        : new String(Base64.getDecoder().decode(coded), StandardCharsets.UTF_8);
  }
}
