package dev.keelson.server.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.keelson.node.Member;
import dev.keelson.node.MemberSettings;
import dev.keelson.node.env.SystemEnvironment;
import dev.keelson.node.peer.NoPeers;
import dev.keelson.proto.etcdserverpb.AuthGrpc;
import dev.keelson.proto.etcdserverpb.ClusterGrpc;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.v3electionpb.ElectionGrpc;
import dev.keelson.proto.v3lockpb.LockGrpc;
import dev.keelson.server.config.Option;
import dev.keelson.server.config.Options;
import dev.keelson.server.gateway.Routes;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tables of RPCs and flags against the services a member registers and the option table. */
class CompatibilityTableTest {

  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          KVGrpc.getServiceDescriptor(),
          WatchGrpc.getServiceDescriptor(),
          LeaseGrpc.getServiceDescriptor(),
          ClusterGrpc.getServiceDescriptor(),
          MaintenanceGrpc.getServiceDescriptor(),
          AuthGrpc.getServiceDescriptor(),
          LockGrpc.getServiceDescriptor(),
          ElectionGrpc.getServiceDescriptor());

  /** What a reader of the row should know beside its state. */
  private static final Map<String, String> NOTES =
      Map.of(
          "etcdserverpb.KV/RangeStream", "an extra on a 3.6-level server; see below",
          "etcdserverpb.Watch/Watch", "a lagging watcher gets several revisions in one response",
          "etcdserverpb.Maintenance/Alarm", "NOSPACE raised by the quota also clears itself",
          "etcdserverpb.Maintenance/Defragment", "reads and writes go on meanwhile",
          "etcdserverpb.Maintenance/Hash", "equal only among members that run Keelson",
          "etcdserverpb.Maintenance/HashKV", "the same number as etcd 3.5.16 and later",
          "etcdserverpb.Maintenance/MoveLeader", "with one member there is nobody to move to",
          "etcdserverpb.Maintenance/Downgrade", "no target is valid; CANCEL succeeds");

  @TempDir Path dataDir;

  @Test
  void rpcs() throws IOException {
    Set<String> registered = registered();
    Set<String> unlisted = new TreeSet<>(registered);
    Set<String> unusedNotes = new HashSet<>(NOTES.keySet());
    GeneratedTable table = new GeneratedTable("rpcs", "RPC", "State", "Note");
    for (ServiceDescriptor service : SERVICES) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        String name = method.getFullMethodName();
        unlisted.remove(name);
        unusedNotes.remove(name);
        table.row(
            "`" + name + "`",
            registered.contains(name) ? "works" : "not yet",
            NOTES.getOrDefault(name, registered.contains(name) ? "" : "`UNIMPLEMENTED`"));
      }
    }
    assertThat(unlisted).as("registered, but of no service in the table").isEmpty();
    assertThat(unusedNotes).as("notes on RPCs that do not exist").isEmpty();
    table.verify();
  }

  @Test
  void gatewayRoutes() throws IOException {
    Set<String> registered = registered();
    GeneratedTable table = new GeneratedTable("gateway", "Path", "RPC", "State");
    Routes.all()
        .forEach(
            (path, method) -> {
              String name = method.getFullMethodName();
              String state = registered.contains(name) ? "works" : "not yet: `UNIMPLEMENTED`";
              table.row("`" + path + "`", "`" + name + "`", state);
            });
    table.verify();
  }

  private Set<String> registered() {
    Set<String> names = new TreeSet<>();
    try (Member member =
        new Member(
            MemberSettings.standalone(dataDir),
            new SystemEnvironment(),
            new NoPeers(),
            cause -> fail("the member failed", cause))) {
      for (ServerServiceDefinition service : member.clientServices()) {
        for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
          names.add(method.getMethodDescriptor().getFullMethodName());
        }
      }
    }
    return names;
  }

  @Test
  void flags() throws IOException {
    OptionReads reads = OptionReads.ofThisModule();
    GeneratedTable table = new GeneratedTable("flags", "Flag", "Default", "State", "Note");
    List<String> names = new ArrayList<>();
    for (Option<?> option : Options.all()) {
      names.add(option.name());
      boolean idle = option.support() == Option.Support.WORKS && !reads.hasEffect(option.name());
      table.row(
          "`--" + option.name() + "`",
          option.defaultText().isEmpty() ? "" : "`" + option.defaultText() + "`",
          idle ? "accepted, not acted on yet" : state(option.support()),
          idle ? "checked, shown in the log, used by nothing" : option.supportNote());
    }
    assertThat(names).contains("data-dir", "listen-client-urls").doesNotHaveDuplicates();
    table.verify();
  }

  private static String state(Option.Support support) {
    return switch (support) {
      case WORKS -> "works";
      case IGNORED -> "accepted and ignored";
    };
  }
}
