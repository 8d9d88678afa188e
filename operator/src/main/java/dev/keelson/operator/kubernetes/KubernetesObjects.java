package dev.keelson.operator.kubernetes;

import dev.keelson.operator.model.Labels;
import dev.keelson.operator.model.Names;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The objects of clusters, always read from and written to the API server itself. */
public final class KubernetesObjects {
  /** The one field manager of everything that the operator applies. */
  public static final String FIELD_MANAGER = "keelson-operator";

  private static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager(FIELD_MANAGER)
          .withForce(true)
          .build();

  private final KubernetesClient client;

  /** On a client that is closed by somebody else. */
  public KubernetesObjects(KubernetesClient client) {
    this.client = client;
  }

  /** The client itself. */
  public KubernetesClient client() {
    return client;
  }

  /** Makes an object as given, or makes its fields so; fields that are not given stay. */
  public <T extends HasMetadata> T apply(T desired) {
    return client.resource(desired).patch(APPLY);
  }

  /** Makes an object unless there is one of this name. */
  public void create(HasMetadata desired) {
    try {
      var _ = client.resource(desired).create();
    } catch (KubernetesClientException failed) {
      if (failed.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw failed;
      }
    }
  }

  /** All Pods of members of a cluster. */
  public List<Pod> pods(Names names) {
    return client
        .pods()
        .inNamespace(names.namespace())
        .withLabels(Labels.members(names))
        .list()
        .getItems();
  }

  /** All disks of members of a cluster. */
  public List<PersistentVolumeClaim> disks(Names names) {
    return client
        .persistentVolumeClaims()
        .inNamespace(names.namespace())
        .withLabels(Labels.members(names))
        .list()
        .getItems();
  }

  /** A Node; null if there is none, or if the operator may not see Nodes. */
  public @Nullable Node node(String name) {
    try {
      return client.nodes().withName(name).get();
    } catch (KubernetesClientException forbidden) {
      return null;
    }
  }

  /** A Secret; null if there is none. */
  public @Nullable Secret secret(String namespace, String name) {
    return client.secrets().inNamespace(namespace).withName(name).get();
  }

  /** Deletes a Pod in its own time; one that is gone counts as deleted. */
  public void deletePod(Names names, long serial) {
    var _ = client.pods().inNamespace(names.namespace()).withName(names.member(serial)).delete();
  }

  /** Deletes a disk; Kubernetes keeps it until no Pod uses it. */
  public void deleteDisk(Names names, long serial) {
    var _ =
        client
            .persistentVolumeClaims()
            .inNamespace(names.namespace())
            .withName(names.disk(serial))
            .delete();
  }

  /** Sets an annotation of a disk. */
  public void annotateDisk(Names names, long serial, String key, String value) {
    var _ =
        client
            .persistentVolumeClaims()
            .inNamespace(names.namespace())
            .withName(names.disk(serial))
            .patch(PatchContext.of(PatchType.JSON_MERGE), metadata("annotations", key, value));
  }

  /** Sets a label of a Pod. */
  public void labelPod(Names names, long serial, String key, String value) {
    var _ =
        client
            .pods()
            .inNamespace(names.namespace())
            .withName(names.member(serial))
            .patch(PatchContext.of(PatchType.JSON_MERGE), metadata("labels", key, value));
  }

  /** Asks for a larger disk. */
  public void growDisk(Names names, long serial, String size) {
    var _ =
        client
            .persistentVolumeClaims()
            .inNamespace(names.namespace())
            .withName(names.disk(serial))
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                client
                    .getKubernetesSerialization()
                    .asJson(
                        Map.of(
                            "spec",
                            Map.of("resources", Map.of("requests", Map.of("storage", size))))));
  }

  private String metadata(String field, String key, String value) {
    return client
        .getKubernetesSerialization()
        .asJson(Map.of("metadata", Map.of(field, Map.of(key, value))));
  }
}
