package dev.keelson.server.log;

import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.ServingOptions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.Logger;

/** Turns the log options into a running log; called once, before anything logs. */
public final class LogSetup {

  private LogSetup() {}

  /**
   * Names the log manager and the SLF4J provider. Must run before any logger is created, because
   * both are looked up only once.
   */
  public static void chooseImplementations() {
    System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
    System.setProperty("slf4j.internal.verbosity", "WARN");
    System.setProperty("slf4j.provider", StructuredProvider.class.getName());
  }

  /**
   * Sends the records of the root logger to the configured outputs at the configured level.
   *
   * @throws IOException when a log file cannot be opened; the message names it
   */
  public static void install(Configuration configuration) throws IOException {
    boolean json = configuration.get(ServingOptions.LOG_FORMAT).equals("json");
    java.util.logging.Level level = level(configuration.get(ServingOptions.LOG_LEVEL));
    OutputHandler handler =
        new OutputHandler(
            outputs(configuration.get(ServingOptions.LOG_OUTPUTS)),
            new EtcdFormatter(json, ZoneId.systemDefault()));
    Logger root = LogContext.getLogContext().getLogger("");
    root.addHandler(handler);
    // Debug means ours: the libraries' details would bury the member's.
    java.util.logging.Level others = level.intValue() < Level.INFO.intValue() ? Level.INFO : level;
    root.setLevel(others); // until Quarkus has read the property
    System.setProperty("quarkus.log.level", others.getName());
    System.setProperty("quarkus.log.category.\"dev.keelson\".level", level.getName());
  }

  /** Prints why the process ends, in JSON on stderr, when the log is not set up yet. */
  public static void fatalBeforeInstall(String message, Map<String, Object> fields) {
    try (OutputHandler handler =
        new OutputHandler(
            List.of(new FileOutputStream(FileDescriptor.err)),
            new EtcdFormatter(true, ZoneId.systemDefault()))) {
      handler.publish(fatalRecord(message, fields));
    }
  }

  /** Logs why the process ends, at etcd's level {@code fatal}, which SLF4J does not have. */
  public static void fatal(String message, Map<String, Object> fields) {
    FieldsRecord logRecord = fatalRecord(message, fields);
    LogContext.getLogContext().getLogger(logRecord.getLoggerName()).logRaw(logRecord);
  }

  private static FieldsRecord fatalRecord(String message, Map<String, Object> fields) {
    String name = LogSetup.class.getName();
    FieldsRecord logRecord = new FieldsRecord(Level.FATAL, message, fields, name);
    logRecord.setLoggerName(name);
    return logRecord;
  }

  private static java.util.logging.Level level(String name) {
    return switch (name) {
      case "debug" -> Level.DEBUG;
      case "info" -> Level.INFO;
      case "warn" -> Level.WARN;
      case "error" -> Level.ERROR;
      default -> Level.FATAL; // dpanic, panic and fatal
    };
  }

  private static List<OutputStream> outputs(List<String> names) throws IOException {
    List<OutputStream> outputs = new ArrayList<>();
    for (String name : names.isEmpty() ? List.of("default") : names) {
      outputs.add(
          switch (name) {
            case "default", "stderr" -> new FileOutputStream(FileDescriptor.err);
            case "stdout" -> new FileOutputStream(FileDescriptor.out);
            default ->
                Files.newOutputStream(
                    Path.of(name), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
          });
    }
    return outputs;
  }
}
