package dev.keelson.bench.report;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * JSON lines, written as they are measured, so that an interrupted comparison keeps what it has.
 */
public final class ResultFile implements AutoCloseable {
  private final BufferedWriter writer;

  private ResultFile(BufferedWriter writer) {
    this.writer = writer;
  }

  /**
   * Opens the file at its end; its first new line says when, on what, and with what this was
   * measured.
   *
   * @param note free text, such as the versions of the servers
   */
  public static ResultFile append(Path path, String note) throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    ResultFile file =
        new ResultFile(
            Files.newBufferedWriter(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    file.line(
        new JsonLine()
            .put("type", "setup")
            .put("time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
            .put("processors", Runtime.getRuntime().availableProcessors())
            .put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"))
            .put("driver_java", System.getProperty("java.version"))
            .put("note", note)
            .toString());
    return file;
  }

  /** Adds a result and flushes. */
  public void add(Result result) throws IOException {
    line(result.toJson());
  }

  private void line(String json) throws IOException {
    writer.write(json);
    writer.write('\n');
    writer.flush();
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
