package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.ListMeta;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Objects with numbers, in a namespace of their own, in numbers that need pages. */
final class ManyConfigMaps {
  static final String NAMESPACE = "many";

  private static final String LABEL = "one-of-many";
  private static final String CREATED = "created";
  private static final String CHANGED = "changed";
  private static final long PAGE_SIZE = 500;
  private static final int CONFLICT = 409;
  private static final int GONE = 410;

  private final int count;

  ManyConfigMaps(int count) {
    this.count = count;
  }

  /** All of them, and nothing that controllers put beside them. */
  static FilterWatchListDeletable<ConfigMap, ConfigMapList, Resource<ConfigMap>> all(
      KubernetesClient client) {
    return client.configMaps().inNamespace(NAMESPACE).withLabel(LABEL);
  }

  private Set<String> names() {
    return IntStream.range(0, count).mapToObj(ManyConfigMaps::name).collect(Collectors.toSet());
  }

  private static String name(int number) {
    return "object-%05d".formatted(number);
  }

  /** Begins to create all. */
  ParallelClients create(KubeApiServer server) {
    return new ParallelClients(server, count, ManyConfigMaps::createOne);
  }

  private static void createOne(KubernetesClient client, int number, boolean first) {
    ConfigMap map =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withNamespace(NAMESPACE)
            .withName(name(number))
            .addToLabels(LABEL, "")
            .endMetadata()
            .addToData("value", CREATED)
            .build();
    try {
      var _ = client.resource(map).create();
    } catch (KubernetesClientException e) {
      // the attempt that got no answer was the one that counted
      if (first || e.getCode() != CONFLICT) {
        throw e;
      }
    }
  }

  /** Begins to change the first ones. */
  ParallelClients change(KubeApiServer server, int firstOnes) {
    String patch = "{\"data\":{\"value\":\"" + CHANGED + "\"}}";
    return new ParallelClients(
        server,
        firstOnes,
        (client, number, first) -> {
          var _ =
              client
                  .configMaps()
                  .inNamespace(NAMESPACE)
                  .withName(name(number))
                  .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
        });
  }

  /** All are there, and so many of the first ones are changed. */
  void assertChanged(KubernetesClient client, int firstOnes) {
    List<ConfigMap> maps = all(client).list().getItems();
    assertThat(maps.stream().map(InformedObjects::name).collect(Collectors.toSet()))
        .isEqualTo(names());
    for (ConfigMap map : maps) {
      boolean changed = InformedObjects.name(map).compareTo(name(firstOnes)) < 0;
      assertThat(map.getData())
          .as(InformedObjects.name(map))
          .containsEntry("value", changed ? CHANGED : CREATED);
    }
  }

  /**
   * Reads the whole namespace page by page, which must make one list whatever is written meanwhile.
   *
   * @return false if the revision of the pages was compacted before the last was asked for
   */
  boolean readPages(KubernetesClient client) {
    List<ConfigMap> read = new ArrayList<>();
    @Nullable ListMeta first = null;
    @Nullable String next = null;
    do {
      ConfigMapList list;
      try {
        list =
            client
                .configMaps()
                .inNamespace(NAMESPACE)
                .list(new ListOptionsBuilder().withLimit(PAGE_SIZE).withContinue(next).build());
      } catch (KubernetesClientException e) {
        if (e.getCode() == GONE) {
          return false;
        }
        throw e;
      }
      ListMeta page = list.getMetadata();
      first = first == null ? page : first;
      read.addAll(list.getItems());
      assertThat(page.getResourceVersion()).isEqualTo(first.getResourceVersion());
      assertThat(remaining(page) + read.size()).isEqualTo(remaining(first) + PAGE_SIZE);
      for (ConfigMap map : list.getItems()) {
        assertThat(InformedObjects.version(map))
            .isLessThanOrEqualTo(Long.parseLong(page.getResourceVersion()));
      }
      next = page.getContinue();
    } while (next != null && !next.isEmpty());
    assertThat(remaining(first)).isPositive();
    assertThat(read).doesNotHaveDuplicates();
    read.removeIf(map -> !map.getMetadata().getLabels().containsKey(LABEL));
    assertThat(read.stream().map(InformedObjects::name).collect(Collectors.toSet()))
        .isEqualTo(names());
    return true;
  }

  /** Told on request without a selector; nothing on the last page. */
  private static long remaining(ListMeta page) {
    Long told = page.getRemainingItemCount();
    return told == null ? 0 : told;
  }
}
