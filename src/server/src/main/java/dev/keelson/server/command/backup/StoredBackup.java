package dev.keelson.server.command.backup;

import jakarta.json.JsonObjectBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A complete backup in a store.
 *
 * @param location its URL, for people
 * @param manifest what it is
 * @param verification the last time it was found right; null if never
 */
record StoredBackup(String location, Manifest manifest, @Nullable Verification verification) {
  String id() {
    return manifest.id();
  }

  boolean verified() {
    return verification != null;
  }

  /** What is printed of it. */
  JsonObjectBuilder describe(JsonObjectBuilder json) {
    json.add("id", id()).add("location", location);
    json.addAll(manifest.describe());
    json.add("verified", verified());
    if (verification != null) {
      json.add("verification", verification.describe());
    }
    return json;
  }
}
