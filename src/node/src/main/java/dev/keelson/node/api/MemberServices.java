package dev.keelson.node.api;

import dev.keelson.kv.txn.AnswerBudget;
import dev.keelson.kv.txn.ViewReader;
import dev.keelson.node.EtcdVersion;
import dev.keelson.node.api.recipe.RecipeServices;
import dev.keelson.node.api.watch.WatchService;
import dev.keelson.proto.etcdserverpb.AlarmMember;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All that a member offers to clients. */
public final class MemberServices {
  private final ApiContext context;
  private final WatchService watch;
  private final SnapshotHandler snapshots;
  private final RecipeServices recipes;
  private final List<ServerServiceDefinition> definitions;

  /**
   * Builds the services.
   *
   * @param afterCompaction runs a callback when everything compacted so far has been removed,
   *     durably
   */
  public MemberServices(ApiContext context, Consumer<Runnable> afterCompaction) {
    this.context = context;
    watch =
        new WatchService(
            context.watchHub(),
            new WatchRights(context.authentication()),
            () -> context.standing().get().hasLeader(),
            context::isLearner,
            WatchService.DEFAULT_BUDGET_BYTES);
    snapshots = new SnapshotHandler(context, EtcdVersion.STORAGE);
    List<ServerServiceDefinition> all =
        new ArrayList<>(
            List.of(
                new KvService(context, afterCompaction).definition(),
                ServerInterceptors.intercept(watch.bindService(), context.gate().admittingAll()),
                new LeaseService(context).definition(),
                new ClusterService(context).definition(),
                new AuthService(context).definition(),
                new MaintenanceService(
                        context, EtcdVersion.SERVER, new HashHandler(context), snapshots)
                    .definition()));
    recipes = new RecipeServices(context.methods(), all);
    all.addAll(recipes.definitions());
    definitions = List.copyOf(all);
  }

  /** The services to be registered with a server. */
  public List<ServerServiceDefinition> definitions() {
    return definitions;
  }

  /** Active alarms of any member. */
  public List<AlarmMember> alarms() {
    return context.state().alarms().active();
  }

  /** Whether calls need a user. */
  public boolean authEnabled() {
    return context.state().auth().enabled();
  }

  /** The version the members agreed to speak; null before it is decided. */
  public @Nullable String clusterVersion() {
    return context.state().members().clusterVersion();
  }

  /** Reads as a health check does; fails with the text of the error. */
  public CompletableFuture<Void> probe(boolean serializable) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    if (serializable) {
      context.scans().execute(() -> read(result));
    } else {
      context
          .barrier()
          .await(
              context.scans(),
              error -> {
                if (error == null) {
                  read(result);
                } else {
                  result.completeExceptionally(new IllegalStateException(error.text()));
                }
              });
    }
    return result;
  }

  private void read(CompletableFuture<Void> result) {
    try {
      ViewReader.range(
          context.state().store().views(),
          RangeRequest.newBuilder().setLimit(1).setKeysOnly(true).build(),
          AnswerBudget.held());
      result.complete(null);
    } catch (Exception e) {
      result.completeExceptionally(e);
    }
  }

  /** No leader has been known for a while: streams that want one end. */
  public void leaderLost() {
    watch.leaderLost();
  }

  /** Ends the streams that would otherwise keep the server from stopping. */
  public void stop() {
    recipes.stop();
    watch.stop();
    snapshots.stop();
    context.authentication().passwords().close();
  }
}
