package dev.keelson.server.log;

import java.io.Serial;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.logmanager.Level;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;
import org.slf4j.event.LoggingEvent;
import org.slf4j.helpers.AbstractLogger;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.spi.DefaultLoggingEventBuilder;
import org.slf4j.spi.LoggingEventAware;

/** An SLF4J logger on the JBoss log manager that keeps key-value pairs as fields. */
final class StructuredLogger extends LegacyAbstractLogger implements LoggingEventAware {

  @Serial private static final long serialVersionUID = 1L;

  private final transient org.jboss.logmanager.Logger target;

  StructuredLogger(org.jboss.logmanager.Logger target) {
    this.target = target;
    this.name = target.getName();
  }

  @Override
  public void log(LoggingEvent event) {
    java.util.logging.Level level = level(event.getLevel());
    if (!target.isLoggable(level)) {
      return;
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    if (event.getKeyValuePairs() != null) {
      for (KeyValuePair pair : event.getKeyValuePairs()) {
        fields.put(pair.key, pair.value);
      }
    }
    String boundary = event.getCallerBoundary();
    publish(
        level,
        MessageFormatter.basicArrayFormat(event.getMessage(), event.getArgumentArray()),
        fields,
        event.getThrowable(),
        boundary != null ? boundary : DefaultLoggingEventBuilder.class.getName());
  }

  @Override
  protected void handleNormalizedLoggingCall(
      org.slf4j.event.Level level,
      @Nullable Marker marker,
      String messagePattern,
      Object @Nullable [] arguments,
      @Nullable Throwable throwable) {
    publish(
        level(level),
        MessageFormatter.basicArrayFormat(messagePattern, arguments),
        Map.of(),
        throwable,
        getFullyQualifiedCallerName());
  }

  private void publish(
      java.util.logging.Level level,
      String message,
      Map<String, Object> fields,
      @Nullable Throwable thrown,
      String boundary) {
    FieldsRecord logRecord = new FieldsRecord(level, message, fields, boundary);
    logRecord.setThrown(thrown);
    logRecord.setLoggerName(name);
    target.logRaw(logRecord);
  }

  @Override
  protected String getFullyQualifiedCallerName() {
    return AbstractLogger.class.getName();
  }

  private static java.util.logging.Level level(org.slf4j.event.Level level) {
    return switch (level) {
      case ERROR -> Level.ERROR;
      case WARN -> Level.WARN;
      case INFO -> Level.INFO;
      case DEBUG -> Level.DEBUG;
      case TRACE -> Level.TRACE;
    };
  }

  @Override
  public boolean isTraceEnabled() {
    return target.isLoggable(Level.TRACE);
  }

  @Override
  public boolean isDebugEnabled() {
    return target.isLoggable(Level.DEBUG);
  }

  @Override
  public boolean isInfoEnabled() {
    return target.isLoggable(Level.INFO);
  }

  @Override
  public boolean isWarnEnabled() {
    return target.isLoggable(Level.WARN);
  }

  @Override
  public boolean isErrorEnabled() {
    return target.isLoggable(Level.ERROR);
  }
}
