package dev.keelson.server.command.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import jakarta.json.Json;
import jakarta.json.JsonStructure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Prints how a subcommand went. */
final class Reporter {
  private final boolean json;
  private final @Nullable Path file;

  Reporter(boolean json, @Nullable Path file) {
    this.json = json;
    this.file = file;
  }

  void succeeded(Report report) {
    if (json) {
      System.out.println(report.json());
    } else {
      System.out.print(report.text());
    }
    write(report.json());
  }

  /** The reason for people is printed by the caller. */
  void failed(CommandException e) {
    JsonStructure failure =
        Json.createObjectBuilder()
            .add("status", "Failed")
            .add("exitCode", e.status().code())
            .add("reason", reason(e.status()))
            .add("message", String.valueOf(e.getMessage()))
            .build();
    if (json) {
      System.out.println(failure);
    }
    write(failure);
  }

  private static String reason(ExitStatus status) {
    return switch (status) {
      case OK -> "Succeeded";
      case FAILED -> "Failed";
      case USAGE -> "Usage";
      case BAD_DATA -> "BadData";
      case REFUSED -> "Refused";
      case UNAVAILABLE -> "Unavailable";
    };
  }

  private void write(JsonStructure result) {
    if (file != null) {
      try {
        // not replaced by a rename: it may be a device or a file that is mounted
        Files.write(file, result.toString().getBytes(UTF_8));
      } catch (IOException e) {
        System.err.println("keelson: cannot write --result-file " + file + ": " + e.getMessage());
      }
    }
  }
}
