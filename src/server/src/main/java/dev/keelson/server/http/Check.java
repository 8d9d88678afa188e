package dev.keelson.server.http;

import dev.keelson.server.member.MemberView;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** The single checks behind {@code /livez} and {@code /readyz}, under etcd's names. */
enum Check {
  DATA_CORRUPTION("data_corruption"),
  SERIALIZABLE_READ("serializable_read"),
  LINEARIZABLE_READ("linearizable_read"),
  NON_LEARNER("non_learner");

  private final String label;

  Check(String label) {
    this.label = label;
  }

  /** The name in paths and answers. */
  String label() {
    return label;
  }

  /** Runs the check; completes with what is wrong, or empty. Never fails. */
  CompletionStage<Optional<String>> run(MemberView view) {
    return switch (this) {
      case DATA_CORRUPTION ->
          now(view.alarms().contains("CORRUPT") ? "alarm activated: CORRUPT" : "");
      case SERIALIZABLE_READ -> read(view, true);
      case LINEARIZABLE_READ -> read(view, false);
      case NON_LEARNER -> now(view.isLearner() ? "not supported for learner" : "");
    };
  }

  private static CompletionStage<Optional<String>> now(String problem) {
    return CompletableFuture.completedFuture(
        problem.isEmpty() ? Optional.empty() : Optional.of(problem));
  }

  private static CompletionStage<Optional<String>> read(MemberView view, boolean serializable) {
    return view.read(serializable)
        .handle((done, failure) -> Optional.ofNullable(failure).map(Check::text));
  }

  /** The text of a failed read, without the wrappers of asynchronous calls. */
  static String text(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }
}
