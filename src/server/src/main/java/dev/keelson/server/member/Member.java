package dev.keelson.server.member;

import dev.keelson.node.metrics.PrometheusText;
import io.grpc.ServerServiceDefinition;
import java.util.List;

/** The member that this process hosts. */
public interface Member {

  /** The gRPC services of the client port; called after {@link #start}. */
  List<ServerServiceDefinition> clientServices();

  /** Writes the member's metrics; nothing before {@link #start}. */
  void writeMetrics(PrometheusText out);

  /** What health checks ask; usable before {@link #start} and while it runs. */
  MemberView view();

  /**
   * Opens the data, the peer port and the services.
   *
   * @throws StartException when it cannot; the message is one line for the operator
   */
  void start();

  /**
   * Hands leadership over, flushes and closes. Called once: after a start, after a failed start, or
   * while {@link #start} still waits, which must then return or throw soon.
   */
  void stop();
}
