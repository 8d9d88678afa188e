package dev.keelson.node.env;

/** Something that was asked for and may no longer be wanted. */
@FunctionalInterface
public interface Cancellable {
  /** Prevents what has not begun yet; may be called more than once. */
  void cancel();
}
