package dev.keelson.sim.oracle;

import com.google.protobuf.Message;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import io.grpc.MethodDescriptor;
import java.util.List;

/**
 * One step of a test sequence. Requests may hold symbolic numbers (see {@link Symbols}), which each
 * side replaces when it sends, so that a sequence keeps its meaning when steps are left out.
 */
sealed interface Operation {

  /** How a step reads in a report. */
  String describe();

  /** A unary call. */
  record Call(MethodDescriptor<?, ?> method, Message request) implements Operation {
    @Override
    public String describe() {
      return method.getBareMethodName() + " " + text(request);
    }
  }

  /**
   * A unary call by a user, with the token of that user's last login in this run.
   *
   * @param user empty for nobody
   */
  record As(String user, Call call) implements Operation {
    @Override
    public String describe() {
      return (user.isEmpty() ? "" : "as " + user + ": ") + call.describe();
    }
  }

  /** A request on one of the numbered watch streams, which is opened at first use. */
  record Watch(int stream, WatchRequest request) implements Operation {
    @Override
    public String describe() {
      return "Watch[" + stream + "] " + text(request);
    }
  }

  /** The client ends a watch stream; its next use opens a new one. */
  record CloseStream(int stream) implements Operation {
    @Override
    public String describe() {
      return "Watch[" + stream + "] closed by the client";
    }
  }

  /** A renewal on the one keep-alive stream. */
  record KeepAlive(LeaseKeepAliveRequest request) implements Operation {
    @Override
    public String describe() {
      return "LeaseKeepAlive " + text(request);
    }
  }

  /**
   * Steps that were generated together.
   *
   * @param steps the steps, in order
   * @param inseparable whether leaving out one changes what the others mean: a short lease without
   *     its revocation would expire at some time
   */
  record Group(List<Operation> steps, boolean inseparable) implements Operation {
    public Group {
      steps = List.copyOf(steps);
    }

    @Override
    public String describe() {
      return String.join("; then ", steps.stream().map(Operation::describe).toList());
    }
  }

  private static String text(Message request) {
    return "{" + ReportText.text(request) + "}";
  }
}
