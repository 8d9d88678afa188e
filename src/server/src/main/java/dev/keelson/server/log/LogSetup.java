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
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.Logger;

/** Turns the log options into a running log; called once, before anything logs. */
public final class LogSetup {

  /** The loggers of this product. */
  private static final String OURS = "dev.keelson";

  private static final List<String> LEVELS =
      List.of("debug", "info", "warn", "error", "dpanic", "panic", "fatal");

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
        new OutputHandler(outputs(configuration), new EtcdFormatter(json, ZoneId.systemDefault()));
    Logger root = LogContext.getLogContext().getLogger("");
    root.addHandler(handler);
    java.util.logging.Level others = ofOthers(level);
    root.setLevel(others); // until Quarkus has read the property
    System.setProperty("quarkus.log.level", others.getName());
    System.setProperty("quarkus.log.category.\"" + OURS + "\".level", level.getName());
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

  /**
   * Changes the level of the running process.
   *
   * @param name one of {@code --log-level}'s, in capitals or not
   * @return whether there is such a level
   */
  public static boolean changeLevel(String name) {
    String known = name.toLowerCase(Locale.ROOT);
    if (!LEVELS.contains(known)) {
      return false;
    }
    java.util.logging.Level level = level(known);
    LogContext context = LogContext.getLogContext();
    context.getLogger("").setLevel(ofOthers(level));
    context.getLogger(OURS).setLevel(level);
    return true;
  }

  /** Debug means ours: the libraries' details would bury the member's. */
  private static java.util.logging.Level ofOthers(java.util.logging.Level level) {
    return level.intValue() < Level.INFO.intValue() ? Level.INFO : level;
  }

  private static List<OutputStream> outputs(Configuration configuration) throws IOException {
    List<OutputStream> outputs = new ArrayList<>();
    List<String> names = configuration.get(ServingOptions.LOG_OUTPUTS);
    for (String name : names.isEmpty() ? List.of("default") : names) {
      outputs.add(
          switch (name) {
            // under systemd, stderr is the journal
            case "default", "stderr", "systemd/journal" -> new FileOutputStream(FileDescriptor.err);
            case "stdout" -> new FileOutputStream(FileDescriptor.out);
            default ->
                configuration.get(ServingOptions.ENABLE_LOG_ROTATION)
                    ? new RotatingFile(
                        Path.of(name),
                        configuration.get(ServingOptions.LOG_ROTATION_CONFIG_JSON),
                        InstantSource.system())
                    : Files.newOutputStream(
                        Path.of(name), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
          });
    }
    return outputs;
  }
}
