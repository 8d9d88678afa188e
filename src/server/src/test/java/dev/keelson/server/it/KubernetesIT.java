package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A real kube-apiserver and its controllers on one member and on three, which are killed. */
@ParameterizedClass(name = "{0}")
@MethodSource("rigs")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class KubernetesIT {
  private static final int OBJECTS = Integer.getInteger("kubernetes.objects", 10_000);
  private static final int CONFLICT = 409;

  private final KubernetesRig rig;
  private final KubeApiServer server;
  private final MemberFaults faults;
  private final KubernetesClient client;

  KubernetesIT(KubernetesRig rig) {
    this.rig = rig;
    this.server = rig.server();
    this.faults = rig.faults();
    this.client = rig.connect();
  }

  static Stream<KubernetesRig> rigs() {
    return IntStream.of(1, 3).mapToObj(KubernetesRig::new);
  }

  @BeforeParameterizedClassInvocation
  static void start(KubernetesRig rig) throws InterruptedException {
    rig.start();
  }

  private void namespace(String name) {
    var _ =
        client
            .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
            .create();
  }

  @Test
  @Order(1)
  void customResourcesAreDefinedListedAndWatched() throws InterruptedException {
    CustomResourceDefinition definition =
        new CustomResourceDefinitionBuilder()
            .withNewMetadata()
            .withName("boats.it.keelson.dev")
            .endMetadata()
            .withNewSpec()
            .withGroup("it.keelson.dev")
            .withScope("Namespaced")
            .withNewNames()
            .withKind("Boat")
            .withPlural("boats")
            .withSingular("boat")
            .endNames()
            .addNewVersion()
            .withName("v1")
            .withServed(true)
            .withStorage(true)
            .withNewSchema()
            .withNewOpenAPIV3Schema()
            .withType("object")
            .withXKubernetesPreserveUnknownFields(true)
            .endOpenAPIV3Schema()
            .endSchema()
            .endVersion()
            .endSpec()
            .build();
    var _ = client.resource(definition).create();
    ResourceDefinitionContext boats =
        new ResourceDefinitionContext.Builder()
            .withGroup("it.keelson.dev")
            .withVersion("v1")
            .withKind("Boat")
            .withPlural("boats")
            .withNamespaced(true)
            .build();
    var all = client.genericKubernetesResources(boats).inNamespace("default");
    server.await("the definition is served", () -> all.list().getItems().isEmpty());

    InformedObjects<GenericKubernetesResource> informed = new InformedObjects<>();
    try (var informer = all.inform(informed, 0)) {
      for (int i = 0; i < 20; i++) {
        GenericKubernetesResource boat = new GenericKubernetesResource();
        boat.setApiVersion("it.keelson.dev/v1");
        boat.setKind("Boat");
        boat.setMetadata(new ObjectMetaBuilder().withName("boat-" + i).build());
        boat.setAdditionalProperty("length", i);
        var _ = all.resource(boat).create();
      }
      server.await("the informer has all boats", () -> informed.size() == 20);
      var _ =
          all.withName("boat-7").patch(PatchContext.of(PatchType.JSON_MERGE), "{\"length\":70}");
      all.withName("boat-8").delete();
      Map<String, Long> listed = versions(all.list().getItems());
      assertThat(listed).hasSize(19);
      server.await("the informer agrees", () -> informed.versions().equals(listed));
      assertThat(informed.disorder()).isEmpty();
      assertThat(informer.getStore().getKey(all.withName("boat-7").get()))
          .isEqualTo("default/boat-7");
    }
  }

  private static Map<String, Long> versions(List<? extends HasMetadata> objects) {
    return objects.stream()
        .collect(Collectors.toMap(InformedObjects::name, InformedObjects::version));
  }

  @Test
  @Order(2)
  void aLeaseHasOneHolderAndEventsGoAway() throws InterruptedException {
    var event =
        new EventBuilder()
            .withNewMetadata()
            .withName("it-happened")
            .withNamespace("default")
            .endMetadata()
            .withNewInvolvedObject()
            .withNamespace("default")
            .endInvolvedObject()
            .withReason("Test")
            .build();
    InformedObjects<Event> events = new InformedObjects<>();
    var inDefault = client.v1().events().inNamespace("default");
    try (var _ = inDefault.inform(events, 0)) {
      var _ = client.resource(event).create();
      server.await("the event is there", () -> inDefault.withName("it-happened").get() != null);

      var leases = client.leases().inNamespace("default");
      Lease free =
          client
              .resource(
                  new LeaseBuilder()
                      .withNewMetadata()
                      .withName("one-holder")
                      .withNamespace("default")
                      .endMetadata()
                      .withNewSpec()
                      .endSpec()
                      .build())
              .create();
      for (int round = 0; round < 20; round++) {
        Lease seen = round == 0 ? free : leases.withName("one-holder").get();
        assertThat(winners(seen, "a" + round, "b" + round, "c" + round)).isEqualTo(1);
      }

      server.await("the event expires", () -> events.versions().get("it-happened") == null);
      assertThat(events.deletions()).isPositive();
      assertThat(events.disorder()).isEmpty();
      assertThat(inDefault.withName("it-happened").get()).isNull();
    }
    var held = client.leases().inNamespace("kube-system").withName("kube-controller-manager");
    var renewed = held.get().getSpec().getRenewTime();
    server.await(
        "the controllers renew their lease",
        () -> held.get().getSpec().getRenewTime().isAfter(renewed));
  }

  /** How many of those who all saw the same lease get it. */
  private int winners(Lease seen, String... candidates) {
    int won = 0;
    for (String candidate : candidates) {
      Lease claim =
          new LeaseBuilder(seen).editSpec().withHolderIdentity(candidate).endSpec().build();
      try {
        var _ = client.resource(claim).update();
        won++;
      } catch (KubernetesClientException e) {
        assertThat(e.getCode()).isEqualTo(CONFLICT);
      }
    }
    return won;
  }

  @Test
  @Order(3)
  void aDeploymentIsScaledWhileTheLeaderChanges() throws InterruptedException {
    namespace("apps");
    var labels = Map.of("app", "web");
    var _ =
        client
            .resource(
                new DeploymentBuilder()
                    .withNewMetadata()
                    .withName("web")
                    .withNamespace("apps")
                    .endMetadata()
                    .withNewSpec()
                    .withReplicas(0)
                    .withNewSelector()
                    .withMatchLabels(labels)
                    .endSelector()
                    .withNewTemplate()
                    .withNewMetadata()
                    .withLabels(labels)
                    .endMetadata()
                    .withNewSpec()
                    .addNewContainer()
                    .withName("web")
                    .withImage("none")
                    .endContainer()
                    .endSpec()
                    .endTemplate()
                    .endSpec()
                    .build())
            .create();
    try (Command watch = server.kubectl("-n", "apps", "get", "pods", "--watch")) {
      scale(5);
      for (int i = 0; i < 5; i++) {
        watch.awaitLine("Pending");
      }
      watch.terminate();
    }
    awaitPods(5);
    scale(30);
    faults.moveLeader();
    faults.killLeader();
    awaitPods(30);
    scale(3);
    faults.killFollower();
    awaitPods(3);
  }

  private void scale(int replicas) throws InterruptedException {
    try (Command kubectl =
        server.kubectl("-n", "apps", "scale", "deployment/web", "--replicas=" + replicas)) {
      assertThat(kubectl.end(0)).contains("scaled");
    }
  }

  private void awaitPods(int count) throws InterruptedException {
    server.await(
        count + " pods and a status that says so",
        () -> {
          var set = client.apps().replicaSets().inNamespace("apps").list().getItems().getFirst();
          return set.getStatus().getReplicas() == count
              && client.pods().inNamespace("apps").list().getItems().size() == count;
        });
  }

  @Test
  @Order(4)
  void noObjectOfManyIsLostWhileMembersAreKilled() throws InterruptedException {
    namespace(ManyConfigMaps.NAMESPACE);
    ManyConfigMaps many = new ManyConfigMaps(OBJECTS);
    InformedObjects<ConfigMap> informed = new InformedObjects<>();
    var maps = ManyConfigMaps.all(client);
    String prefix = "/registry/configmaps/" + ManyConfigMaps.NAMESPACE + "/";
    try (FollowedPrefix followed = new FollowedPrefix(rig.members(), prefix);
        SharedIndexInformer<ConfigMap> _ = maps.inform(informed, 0)) {
      createUnderFaults(many);
      server.await("the informer has all objects", () -> informed.size() == OBJECTS);
      changeUnderFaults(many);
      Map<String, Long> listed = versions(maps.list().getItems());
      server.await("the informer agrees", () -> informed.versions().equals(listed));
      followed.assertAgrees();

      try (Command kubectl =
          server.kubectl("delete", "namespace", ManyConfigMaps.NAMESPACE, "--wait=false")) {
        assertThat(kubectl.end(0)).contains("deleted");
      }
      server.await("some objects are gone", () -> informed.size() < OBJECTS);
      faults.killLeader();
      server.await("all objects are gone", () -> informed.size() == 0);
      server.await(
          "the namespace is gone",
          () -> client.namespaces().withName(ManyConfigMaps.NAMESPACE).get() == null);
      assertThat(maps.list().getItems()).isEmpty();
      assertThat(informed.deletions()).isEqualTo(OBJECTS);
      assertThat(informed.disorder()).isEmpty();
      followed.assertAgrees();
      System.out.println("Kubernetes on " + rig + ": " + followed.summary());
    }
  }

  private void createUnderFaults(ManyConfigMaps many) throws InterruptedException {
    try (ParallelClients creating = many.create(server)) {
      creating.await(OBJECTS / 4);
      faults.killLeader();
      creating.await(OBJECTS / 2);
      faults.moveLeader();
      creating.await(OBJECTS * 3 / 4);
      faults.killFollower();
      creating.await(OBJECTS);
      System.out.println(
          "Kubernetes on " + rig + ": " + creating.retries() + " creations tried again");
    }
  }

  private void changeUnderFaults(ManyConfigMaps many) throws InterruptedException {
    int some = OBJECTS / 4;
    try (ParallelClients changing = many.change(server, some)) {
      changing.await(1);
      server.await("all pages between two compactions", () -> many.readPages(client));
      faults.killFollower();
      changing.await(some);
    }
    many.assertChanged(client, some);
  }

  @Test
  @Order(5)
  void theApiServerHasCompactedAndKnowsTheSize() throws InterruptedException {
    ManagedChannel channel = Servers.connect(rig.members().getFirst());
    try {
      KVGrpc.KVBlockingStub stub =
          KVGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
      RangeRequest first =
          RangeRequest.newBuilder()
              .setKey(ByteString.copyFromUtf8("compact_rev_key"))
              .setRevision(1)
              .build();
      assertThatThrownBy(() -> stub.range(first))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("required revision has been compacted");
    } finally {
      channel.shutdownNow();
    }
    server.await("the store is well", () -> "ok".equals(client.raw("/readyz/etcd")));
    server.await(
        "the size of each member",
        () ->
            client
                    .raw("/metrics")
                    .lines()
                    .filter(line -> line.startsWith("etcd_db_total_size_in_bytes{"))
                    .filter(line -> !line.endsWith(" 0"))
                    .count()
                == rig.members().size());
  }

  @Test
  @Order(6)
  void theMembersHaveTheSameContentAndNothingEnded() throws InterruptedException {
    server.assertRunning();
    faults.assertSameContent();
  }
}
