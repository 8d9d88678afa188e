package dev.keelson.server.log;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;

/**
 * One line per record, as etcd writes them: a JSON object with {@code level}, {@code ts}, {@code
 * caller}, {@code msg} and the fields, or the same parted by tabs for people.
 */
final class EtcdFormatter extends ExtFormatter {

  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder()
          .appendPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS")
          .appendOffset("+HHMM", "Z")
          .toFormatter(Locale.ROOT);

  private final boolean json;
  private final ZoneId zone;

  /**
   * Creates a formatter.
   *
   * @param json JSON objects; otherwise tabs
   * @param zone the zone of timestamps
   */
  EtcdFormatter(boolean json, ZoneId zone) {
    this.json = json;
    this.zone = zone;
  }

  @Override
  public String format(ExtLogRecord logRecord) {
    String level = levelName(logRecord.getLevel().intValue());
    String timestamp = TIMESTAMP.format(logRecord.getInstant().atZone(zone));
    String message = String.valueOf(formatMessage(logRecord));
    StringBuilder out = new StringBuilder(160);
    if (json) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("level", level);
      line.put("ts", timestamp);
      line.put("caller", caller(logRecord));
      line.put("msg", message);
      line.putAll(fields(logRecord));
      JsonText.appendObject(out, line);
    } else {
      out.append(timestamp).append('\t').append(level).append('\t');
      out.append(caller(logRecord)).append('\t').append(message);
      Map<String, Object> fields = fields(logRecord);
      if (!fields.isEmpty()) {
        JsonText.appendObject(out.append('\t'), fields);
      }
    }
    return out.append('\n').toString();
  }

  private static Map<String, Object> fields(ExtLogRecord logRecord) {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (logRecord instanceof FieldsRecord structured) {
      fields.putAll(structured.fields());
    }
    Throwable thrown = logRecord.getThrown();
    if (thrown != null) {
      fields.putIfAbsent("error", thrown.toString());
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      fields.put("stacktrace", trace.toString());
    }
    return fields;
  }

  private static String levelName(int level) {
    if (level >= Level.FATAL.intValue()) {
      return "fatal";
    }
    if (level >= Level.ERROR.intValue()) {
      return "error";
    }
    if (level >= Level.WARN.intValue()) {
      return "warn";
    }
    return level >= Level.INFO.intValue() ? "info" : "debug";
  }

  /** Last package, file and line, as in {@code listen/ClientListener.java:71}. */
  private static String caller(ExtLogRecord logRecord) {
    String className = logRecord.getSourceClassName();
    if (className == null) {
      className = String.valueOf(logRecord.getLoggerName());
    }
    String file = logRecord.getSourceFileName();
    int classAt = className.lastIndexOf('.');
    String owner = classAt < 0 ? "" : className.substring(0, classAt);
    owner = owner.substring(owner.lastIndexOf('.') + 1);
    String simple = file == null ? className.substring(classAt + 1) : file;
    return (owner.isEmpty() ? simple : owner + "/" + simple)
        + ":"
        + Math.max(0, logRecord.getSourceLineNumber());
  }
}
