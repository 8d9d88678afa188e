package dev.keelson.operator.reconcile;

/** A step that needs something which is not there; it is tried again later. */
final class StepNotPossible extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  StepNotPossible(String reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** One word for programs. */
  String reason() {
    return reason;
  }
}
