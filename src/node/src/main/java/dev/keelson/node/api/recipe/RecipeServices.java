package dev.keelson.node.api.recipe;

import dev.keelson.node.api.Methods;
import dev.keelson.proto.v3electionpb.ElectionGrpc;
import dev.keelson.proto.v3lockpb.LockGrpc;
import io.grpc.ServerServiceDefinition;
import java.util.List;

/** {@code v3lockpb.Lock} and {@code v3electionpb.Election}. */
public final class RecipeServices {
  private final Methods methods;
  private final ThreadPerCall calls;

  /**
   * Creates the services.
   *
   * @param services the member's KV, Lease and Watch services, with every interceptor that a
   *     client's call passes: the recipes use them in the caller's name
   */
  public RecipeServices(Methods methods, List<ServerServiceDefinition> services) {
    this.methods = methods;
    this.calls = new ThreadPerCall(new LocalServices(services));
  }

  /** The services to be registered with a server. */
  public List<ServerServiceDefinition> definitions() {
    return List.of(lock(), election());
  }

  private ServerServiceDefinition lock() {
    return ServerServiceDefinition.builder(LockGrpc.SERVICE_NAME)
        .addMethod(methods.delegating(LockGrpc.getLockMethod(), calls.handler(LockRecipe::lock)))
        .addMethod(
            methods.delegating(LockGrpc.getUnlockMethod(), calls.handler(LockRecipe::unlock)))
        .build();
  }

  private ServerServiceDefinition election() {
    return ServerServiceDefinition.builder(ElectionGrpc.SERVICE_NAME)
        .addMethod(
            methods.delegating(
                ElectionGrpc.getCampaignMethod(), calls.handler(ElectionRecipe::campaign)))
        .addMethod(
            methods.delegating(
                ElectionGrpc.getProclaimMethod(), calls.handler(ElectionRecipe::proclaim)))
        .addMethod(
            methods.delegating(
                ElectionGrpc.getLeaderMethod(), calls.handler(ElectionRecipe::leader)))
        .addMethod(
            methods.delegating(
                ElectionGrpc.getObserveMethod(), calls.handler(ElectionRecipe::observe)))
        .addMethod(
            methods.delegating(
                ElectionGrpc.getResignMethod(), calls.handler(ElectionRecipe::resign)))
        .build();
  }

  /** Ends the calls that wait. */
  public void stop() {
    calls.stop();
  }
}
