package dev.keelson.sim.oracle;

import com.google.protobuf.Message;
import io.grpc.Status;

/** What a server said to one request. */
sealed interface Answer {

  /** How the answer reads in a report. */
  String describe();

  /** A response message. */
  record Response(Message message) implements Answer {
    @Override
    public String describe() {
      return "{" + ReportText.text(message) + "}";
    }
  }

  /** A gRPC status other than OK. */
  record Failure(Status.Code code, String text) implements Answer {
    @Override
    public String describe() {
      return code + " \"" + text + "\"";
    }
  }

  /** Nothing within the time limit, although the protocol demands an answer. */
  record Silence(String waitedFor) implements Answer {
    @Override
    public String describe() {
      return "no answer: " + waitedFor;
    }
  }

  /** No answer to a request that a server may drop, such as one for progress. */
  record Dropped() implements Answer {
    @Override
    public String describe() {
      return "dropped silently";
    }
  }
}
