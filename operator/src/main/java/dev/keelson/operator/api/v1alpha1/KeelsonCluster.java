package dev.keelson.operator.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.NullUnmarked;

/** One Keelson cluster: what a person wants of it, and what the operator found and is doing. */
@Group("keelson.dev")
@Version("v1alpha1")
@Kind("KeelsonCluster")
@Singular("keelsoncluster")
@Plural("keelsonclusters")
@ShortNames("kc")
@Categories("all")
@AdditionalPrinterColumn(
    name = "AGE",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@ValidationRule(
    value =
        "self.metadata.name.size() <= 40 &&"
            + " self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
    message =
        "the name of a cluster starts with a letter, has letters, digits and dashes only and at most"
            + " 40 of them: it is the name of a Service and the start of host names")
@ValidationRule(
    value =
        "!has(self.spec) || !has(self.spec.recovery) || !has(self.spec.recovery.member) ||"
            + " self.spec.recovery.member.matches('^' + self.metadata.name + '-[0-9]+$')",
    message = "recovery.member must be a member of this cluster")
@NullUnmarked // fabric8's base class hands out null for a part that is not there
public final class KeelsonCluster extends CustomResource<ClusterSpec, ClusterStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1L;

  /** The same resource with a specification: one that was left out is all defaults. */
  public KeelsonCluster filled() {
    if (getSpec() == null) {
      setSpec(ClusterSpec.defaults());
    }
    return this;
  }

  /** Nothing: what is sent to add a finalizer must not carry a specification along. */
  @Override
  protected ClusterSpec initSpec() {
    return null;
  }

  @Override
  protected ClusterStatus initStatus() {
    return null;
  }
}
