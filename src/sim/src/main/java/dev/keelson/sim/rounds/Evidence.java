package dev.keelson.sim.rounds;

import dev.keelson.sim.check.WatchSession;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Keeps what is needed to look into a round that broke a promise, beside the members' folders. */
final class Evidence {
  private Evidence() {}

  /** Writes it down; returns what happened in the round, and where the rest is. */
  static String keep(Path folder, Logbook log, Load load, Throwable cause) throws IOException {
    Files.write(
        folder.resolve("operations.txt"),
        log.operations().stream().map(Object::toString).toList(),
        StandardCharsets.UTF_8);
    try (PrintWriter watches =
        new PrintWriter(
            Files.newBufferedWriter(folder.resolve("watches.txt"), StandardCharsets.UTF_8))) {
      for (WatchSession session : load.sessions()) {
        watches.println(session.request() + " open: " + session.open());
        session.responses().forEach(watches::println);
      }
    }
    List<String> notes = log.notes();
    Files.write(folder.resolve("notes.txt"), notes, StandardCharsets.UTF_8);
    try (PrintWriter why =
        new PrintWriter(
            Files.newBufferedWriter(folder.resolve("broken.txt"), StandardCharsets.UTF_8))) {
      cause.printStackTrace(why);
    }
    return "%s%nkept in %s%n%s"
        .formatted(cause.getMessage(), folder, String.join(System.lineSeparator(), notes));
  }
}
