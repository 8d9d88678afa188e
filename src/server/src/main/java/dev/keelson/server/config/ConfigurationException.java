package dev.keelson.server.config;

import java.io.Serial;
import java.util.Map;

/** A configuration that cannot be started; the message is one line for the user. */
public final class ConfigurationException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  /** Exit status of a wrong command line. */
  public static final int USAGE_STATUS = 2;

  /** Exit status of a well-formed configuration that cannot work. */
  public static final int FATAL_STATUS = 1;

  private final int exitStatus;
  private final String message;
  private final transient Map<String, Object> fields;

  private ConfigurationException(int exitStatus, String message, Map<String, Object> fields) {
    super(message, null, false, false);
    this.message = message;
    this.exitStatus = exitStatus;
    this.fields = fields;
  }

  /** A mistake on the command line: plain text on stderr, exit status 2. */
  static ConfigurationException usage(String message) {
    return new ConfigurationException(USAGE_STATUS, message, Map.of());
  }

  /** A refusal to start: a fatal log line with {@code fields}, exit status 1. */
  static ConfigurationException fatal(String message, Map<String, Object> fields) {
    return new ConfigurationException(FATAL_STATUS, message, fields);
  }

  /** The status to exit with. */
  public int exitStatus() {
    return exitStatus;
  }

  @Override
  public String getMessage() {
    return message;
  }

  /** What the message is about, for the log line. */
  public Map<String, Object> fields() {
    return fields;
  }
}
