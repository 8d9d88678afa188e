package dev.keelson.server.command.backup;

import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonStructure;

/**
 * What a subcommand says at its end.
 *
 * @param json for programs
 * @param text for people
 */
record Report(JsonStructure json, String text) {
  /** The start of an object that tells of success. */
  static JsonObjectBuilder success() {
    return Json.createObjectBuilder().add("status", "Succeeded");
  }

  /** About one backup. */
  static Report of(StoredBackup backup, String what) {
    return new Report(
        backup.describe(success()).build(),
        "%s %s: %d keys at revision %d, %d bytes%s%n"
            .formatted(
                what,
                backup.location(),
                backup.manifest().content().keys(),
                backup.manifest().content().revision(),
                backup.manifest().stored().bytes(),
                backup.verified() ? ", verified" : ""));
  }
}
