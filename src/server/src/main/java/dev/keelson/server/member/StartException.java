package dev.keelson.server.member;

import java.io.Serial;
import java.util.Map;

/** The member cannot start; the message is one line for the operator. */
public final class StartException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  private final String message;
  private final transient Map<String, Object> fields;

  /**
   * Creates the refusal.
   *
   * @param message what is wrong and what to do
   * @param fields what it is about, for the log line
   */
  public StartException(String message, Map<String, Object> fields) {
    super(message, null, false, false);
    this.message = message;
    this.fields = fields;
  }

  @Override
  public String getMessage() {
    return message;
  }

  /** What the message is about. */
  public Map<String, Object> fields() {
    return fields;
  }
}
