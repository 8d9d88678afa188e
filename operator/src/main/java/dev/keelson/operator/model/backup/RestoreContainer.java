package dev.keelson.operator.model.backup;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the data directory of a cluster's first member from a backup, before the member starts. A
 * directory that is there already is left alone, so that a Pod made anew does no harm.
 */
public final class RestoreContainer {
  private static final List<String> PASSED_ON =
      List.of(
          "--data-dir=",
          "--name=",
          "--initial-cluster=",
          "--initial-cluster-token=",
          "--initial-advertise-peer-urls=");

  private RestoreContainer() {}

  /** The Pod with the container in front of its server. */
  public static Pod before(Pod pod, RestoreSource source) {
    Container server = pod.getSpec().getContainers().getFirst();
    StoreAccess store = new StoreAccess(source.store());
    List<String> arguments = new ArrayList<>(List.of("backup", "restore"));
    arguments.addAll(store.options());
    arguments.add(source.id());
    server.getArgs().stream()
        .filter(flag -> PASSED_ON.stream().anyMatch(flag::startsWith))
        .forEach(arguments::add);
    arguments.add("--skip-existing");
    List<VolumeMount> mounts = new ArrayList<>(store.mounts());
    server.getVolumeMounts().stream()
        .filter(mount -> !mount.getMountPath().startsWith("/etc/"))
        .forEach(mounts::add);
    return new PodBuilder(pod)
        .editSpec()
        .addToVolumes(store.volumes().toArray(Volume[]::new))
        .addToInitContainers(
            new ContainerBuilder()
                .withName("restore")
                .withImage(server.getImage())
                .withArgs(arguments)
                .withEnv(store.environment())
                .withResources(server.getResources())
                .withSecurityContext(server.getSecurityContext())
                .withVolumeMounts(mounts)
                .build())
        .endSpec()
        .build();
  }
}
