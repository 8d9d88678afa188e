package dev.keelson.server.http;

import dev.keelson.node.metrics.PrometheusText;
import dev.keelson.raft.Status;
import dev.keelson.server.member.Member;
import dev.keelson.server.member.MemberView;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A member whose health the test sets. */
final class FakeMember implements Member, MemberView {

  volatile boolean leader = true;
  volatile boolean learner;
  volatile List<String> alarms = List.of();
  volatile String serializableError = "";
  volatile String linearizableError = "";

  void recover() {
    leader = true;
    learner = false;
    alarms = List.of();
    serializableError = "";
    linearizableError = "";
  }

  @Override
  public List<ServerServiceDefinition> clientServices() {
    return List.of();
  }

  @Override
  public void writeMetrics(PrometheusText out) {}

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
    return leader;
  }

  @Override
  public boolean isLearner() {
    return learner;
  }

  @Override
  public List<String> alarms() {
    return alarms;
  }

  @Override
  public CompletionStage<Void> read(boolean serializable) {
    String error = serializable ? serializableError : linearizableError;
    return error.isEmpty()
        ? CompletableFuture.completedFuture(null)
        : CompletableFuture.failedFuture(new IllegalStateException(error));
  }

  @Override
  public @Nullable Status raftStatus() {
    return null;
  }

  @Override
  public boolean authEnabled() {
    return false;
  }

  @Override
  public String clusterVersion() {
    return "3.6.0";
  }

  @Override
  public String storageVersion() {
    return "3.6.0";
  }
}
