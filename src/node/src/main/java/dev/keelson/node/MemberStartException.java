package dev.keelson.node;

import java.io.Serial;

/**
 * A member cannot start; the message is one line for the operator: what is wrong and what to do.
 */
public final class MemberStartException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public MemberStartException(String message) {
    super(message);
  }

  public MemberStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
