package dev.keelson.server;

import dev.keelson.server.config.Configuration;
import dev.keelson.server.member.Member;
import dev.keelson.server.member.MemberFactory;
import dev.keelson.server.member.MemberView;
import io.grpc.ServerServiceDefinition;
import io.quarkus.arc.DefaultBean;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A host without a node: serves no data and says so in every health check. */
final class HostOnlyMember implements Member, MemberView {

  /** Used unless another factory exists. */
  @DefaultBean
  @Singleton
  static final class Factory implements MemberFactory {
    @Override
    public Member create(Configuration configuration) {
      return new HostOnlyMember();
    }
  }

  @Override
  public List<ServerServiceDefinition> clientServices() {
    return List.of();
  }

  @Override
  public MemberView view() {
    return this;
  }

  @Override
  public void start() {}

  @Override
  public void stop() {}

  @Override
  public boolean hasLeader() {
    return false;
  }

  @Override
  public boolean isLearner() {
    return false;
  }

  @Override
  public List<String> alarms() {
    return List.of();
  }

  @Override
  public CompletionStage<Void> read(boolean serializable) {
    return CompletableFuture.failedFuture(new IllegalStateException("etcdserver: no leader"));
  }

  @Override
  public String clusterVersion() {
    return "not_decided";
  }

  @Override
  public String storageVersion() {
    return "unknown";
  }
}
