package dev.keelson.server.log;

import java.io.Serial;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Level;
import org.jboss.logmanager.ExtLogRecord;

/** A log record whose fields stay apart from its message. */
final class FieldsRecord extends ExtLogRecord {

  @Serial private static final long serialVersionUID = 1L;

  private final transient Map<String, Object> fields;

  /**
   * Creates a record.
   *
   * @param callerBoundary the class whose frames end where the caller begins
   */
  FieldsRecord(Level level, String message, Map<String, Object> fields, String callerBoundary) {
    super(level, message, FormatStyle.NO_FORMAT, callerBoundary);
    this.fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  Map<String, Object> fields() {
    return fields;
  }
}
