package dev.keelson.server.command.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * That a backup was read back and found right.
 *
 * @param mode how
 * @param at when
 * @param hashKv the answer of {@code HashKV} of the restored store; null if it was not restored
 * @param sha256 of the stored object that was read; says nothing of another one of that name
 */
record Verification(Mode mode, Instant at, @Nullable Integer hashKv, String sha256) {
  /** How thoroughly a backup is checked. The names are the values of the flag. */
  @SuppressWarnings("EnumNaming")
  enum Mode {
    /** Not at all. */
    none,
    /** Read back, and all hashes compared. */
    checksum,
    /** Restored from the store, and the content of what was restored compared. */
    restore
  }

  byte[] encode() {
    return describe().add("sha256", sha256).build().toString().getBytes(UTF_8);
  }

  JsonObjectBuilder describe() {
    JsonObjectBuilder json =
        Json.createObjectBuilder().add("mode", mode.name()).add("at", at.toString());
    if (hashKv != null) {
      json.add("hashKv", Integer.toUnsignedLong(hashKv));
    }
    return json;
  }

  /** Decodes one; null if it is damaged, which means that nothing is known. */
  static @Nullable Verification decode(byte[] bytes) {
    try (JsonReader reader = Json.createReader(new ByteArrayInputStream(bytes))) {
      JsonObject json = reader.readObject();
      JsonNumber hash = json.getJsonNumber("hashKv");
      return new Verification(
          Mode.valueOf(json.getString("mode")),
          Instant.parse(json.getString("at")),
          hash == null ? null : (Integer) (int) hash.longValue(),
          json.getString("sha256"));
    } catch (JsonException
        | ClassCastException
        | NullPointerException
        | IllegalArgumentException
        | DateTimeParseException e) {
      return null;
    }
  }
}
