package dev.keelson.server.command.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * What is stored beside a backup, after it: without its manifest a backup is not there.
 *
 * @param id its name
 * @param startedAt when it was begun, by the clock of the machine that made it
 * @param finishedAt when its data was stored
 * @param source where it came from
 * @param content what it holds
 * @param stored the form in which it is stored
 */
record Manifest(
    String id,
    Instant startedAt,
    Instant finishedAt,
    Source source,
    Content content,
    Stored stored) {
  /** The only version there is so far. */
  private static final int FORMAT_VERSION = 1;

  /** The only kind there is so far: all of the content. */
  static final String KIND = "full";

  /**
   * The member that was asked.
   *
   * @param clusterId in hexadecimal
   * @param memberId in hexadecimal
   * @param serverVersion what it said of itself
   */
  record Source(String clusterId, String memberId, String serverVersion) {}

  /**
   * The snapshot.
   *
   * @param revision the newest revision
   * @param compactRevision the last compaction; -1 if there was none
   * @param keys live keys
   * @param digest the digest of the content
   * @param storageVersion the version of the content; may be empty
   * @param bytes the length of the snapshot file
   * @param sha256 of the snapshot file
   */
  record Content(
      long revision,
      long compactRevision,
      long keys,
      String digest,
      String storageVersion,
      long bytes,
      String sha256) {}

  /**
   * The object in the store.
   *
   * @param bytes its length
   * @param sha256 of the object
   * @param keyId tells which key it is encrypted with; empty if it is not
   */
  record Stored(long bytes, String sha256, String keyId) {
    boolean encrypted() {
      return !keyId.isEmpty();
    }
  }

  byte[] encode() {
    return Json.createObjectBuilder()
        .add("formatVersion", FORMAT_VERSION)
        .add("kind", KIND)
        .add("id", id)
        .add("startedAt", startedAt.toString())
        .add("finishedAt", finishedAt.toString())
        .add(
            "source",
            Json.createObjectBuilder()
                .add("clusterId", source.clusterId)
                .add("memberId", source.memberId)
                .add("serverVersion", source.serverVersion))
        .add(
            "content",
            Json.createObjectBuilder()
                .add("revision", content.revision)
                .add("compactRevision", content.compactRevision)
                .add("keys", content.keys)
                .add("digest", content.digest)
                .add("storageVersion", content.storageVersion)
                .add("bytes", content.bytes)
                .add("sha256", content.sha256))
        .add(
            "stored",
            Json.createObjectBuilder()
                .add("compression", "zstd")
                .add("encryption", stored.encrypted() ? "AES-256-GCM" : "none")
                .add("keyId", stored.keyId)
                .add("bytes", stored.bytes)
                .add("sha256", stored.sha256))
        .build()
        .toString()
        .getBytes(UTF_8);
  }

  /**
   * Decodes a manifest.
   *
   * @throws CommandException if it is none, or of a newer version
   */
  static Manifest decode(String id, byte[] bytes) {
    try (JsonReader reader = Json.createReader(new ByteArrayInputStream(bytes))) {
      JsonObject json = reader.readObject();
      if (json.getInt("formatVersion") != FORMAT_VERSION || !json.getString("kind").equals(KIND)) {
        throw new CommandException(
            ExitStatus.BAD_DATA, "the backup " + id + " was made by a newer version");
      }
      if (!json.getString("id").equals(id)) {
        throw new CommandException(
            ExitStatus.BAD_DATA,
            "the manifest of the backup %s is that of %s".formatted(id, json.getString("id")));
      }
      JsonObject source = json.getJsonObject("source");
      JsonObject content = json.getJsonObject("content");
      JsonObject stored = json.getJsonObject("stored");
      return new Manifest(
          json.getString("id"),
          Instant.parse(json.getString("startedAt")),
          Instant.parse(json.getString("finishedAt")),
          new Source(
              source.getString("clusterId"),
              source.getString("memberId"),
              source.getString("serverVersion")),
          new Content(
              number(content, "revision"),
              number(content, "compactRevision"),
              number(content, "keys"),
              content.getString("digest"),
              content.getString("storageVersion"),
              number(content, "bytes"),
              content.getString("sha256")),
          new Stored(
              number(stored, "bytes"), stored.getString("sha256"), stored.getString("keyId")));
    } catch (JsonException
        | ArithmeticException
        | ClassCastException
        | NullPointerException
        | DateTimeParseException e) {
      throw new CommandException(
          ExitStatus.BAD_DATA, "the manifest of the backup " + id + " is damaged", e);
    }
  }

  private static long number(JsonObject json, String name) {
    return json.getJsonNumber(name).longValueExact();
  }

  /** The fields that are printed, flat. */
  JsonObjectBuilder describe() {
    return Json.createObjectBuilder()
        .add("kind", KIND)
        .add("revision", content.revision)
        .add("compactRevision", content.compactRevision)
        .add("keys", content.keys)
        .add("sizeBytes", stored.bytes)
        .add("sha256", stored.sha256)
        .add("snapshotSizeBytes", content.bytes)
        .add("contentDigest", content.digest)
        .add("clusterId", source.clusterId)
        .add("memberId", source.memberId)
        .add("serverVersion", source.serverVersion)
        .add("encrypted", stored.encrypted())
        .add("startedAt", startedAt.toString())
        .add("finishedAt", finishedAt.toString());
  }
}
