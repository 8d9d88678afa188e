package dev.keelson.server.command.backup;

import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import dev.keelson.server.command.store.BackupStore;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The backups of a store. A backup {@code ID} is the object {@code ID.data}, then its manifest
 * {@code ID.json}, with which it begins to exist, and {@code ID.verified} once it was read back and
 * found right.
 */
final class Catalog {
  /** Stands for the newest backup. */
  static final String LATEST = "latest";

  private static final String DATA = ".data";
  private static final String MANIFEST = ".json";
  private static final String VERIFIED = ".verified";
  private static final int SMALL_BYTES_MAX = 1 << 20;
  private static final String ID = "[A-Za-z0-9_][A-Za-z0-9._-]{0,127}";

  private static final Comparator<StoredBackup> NEWEST_FIRST =
      Comparator.comparing((StoredBackup each) -> each.manifest().startedAt())
          .thenComparing(StoredBackup::id)
          .reversed();

  /** How far clocks of machines that keep time may be apart. */
  private static final Duration SKEW_MAX = Duration.ofMinutes(10);

  private final BackupStore store;
  private final Clock clock;

  Catalog(BackupStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  BackupStore store() {
    return store;
  }

  /** The name of the object with the data. */
  static String data(String id) {
    return id + DATA;
  }

  /**
   * Checks a name.
   *
   * @throws CommandException if it cannot be that of a backup
   */
  static void requireId(String id) {
    if (!id.matches(ID) || id.equals(LATEST)) {
      throw CommandException.usage(
          "\"" + id + "\" cannot be the name of a backup: letters, digits, '.', '-' and '_'");
    }
  }

  /**
   * What is in the store.
   *
   * @param backups newest first
   * @param unreadable why others, which may be backups too, are not among them
   */
  record Listing(List<StoredBackup> backups, List<String> unreadable) {}

  /** All backups; one whose manifest is damaged hides no other. */
  Listing list() {
    Set<String> names = new HashSet<>(store.list());
    List<StoredBackup> backups = new ArrayList<>();
    List<String> unreadable = new ArrayList<>();
    for (String name : names) {
      String id =
          name.endsWith(MANIFEST) ? name.substring(0, name.length() - MANIFEST.length()) : "";
      if (id.matches(ID)) {
        try {
          StoredBackup backup = read(id, names.contains(id + VERIFIED));
          if (backup != null) {
            backups.add(backup);
          }
        } catch (CommandException e) {
          if (e.status() != ExitStatus.BAD_DATA) {
            throw e;
          }
          unreadable.add(String.valueOf(e.getMessage()));
        }
      }
    }
    backups.sort(NEWEST_FIRST);
    unreadable.sort(Comparator.naturalOrder());
    return new Listing(backups, unreadable);
  }

  /**
   * A backup by its name, or the newest.
   *
   * @throws CommandException if there is none, or it cannot be told which is the newest
   */
  StoredBackup require(String idOrLatest) {
    StoredBackup found;
    if (idOrLatest.equals(LATEST)) {
      Listing all = list();
      if (!all.unreadable().isEmpty()) {
        throw new CommandException(
            ExitStatus.BAD_DATA,
            "cannot tell which backup is the newest: %s; name a backup"
                .formatted(String.join("; ", all.unreadable())));
      }
      found = all.backups().isEmpty() ? null : believable(all.backups().getFirst());
    } else {
      found = find(idOrLatest);
    }
    if (found == null) {
      throw new CommandException(
          ExitStatus.BAD_DATA,
          idOrLatest.equals(LATEST)
              ? "there is no backup in " + store.location("")
              : "there is no complete backup " + store.location(idOrLatest));
    }
    return found;
  }

  /** Takes no backup for the newest that a clock which was ahead has made look so. */
  private StoredBackup believable(StoredBackup newest) {
    Instant made = newest.manifest().startedAt();
    if (made.isAfter(clock.instant().plus(SKEW_MAX))) {
      throw new CommandException(
          ExitStatus.REFUSED,
          "cannot tell which backup is the newest: %s is of %s, which is in the future; a clock is or was wrong; name a backup"
              .formatted(newest.id(), made));
    }
    return newest;
  }

  /** A backup by its name; null if there is none that is complete. */
  @Nullable StoredBackup find(String id) {
    requireId(id);
    return read(id, true);
  }

  private @Nullable StoredBackup read(String id, boolean perhapsVerified) {
    byte[] manifest = small(id + MANIFEST);
    if (manifest == null) {
      return null;
    }
    Manifest decoded = Manifest.decode(id, manifest);
    byte[] stored = perhapsVerified ? small(id + VERIFIED) : null;
    Verification verification = stored == null ? null : Verification.decode(stored);
    boolean ofThis =
        verification != null && verification.sha256().equals(decoded.stored().sha256());
    return new StoredBackup(store.location(id), decoded, ofThis ? verification : null);
  }

  private byte @Nullable [] small(String name) {
    try (InputStream in = store.open(name)) {
      return in == null ? null : in.readNBytes(SMALL_BYTES_MAX);
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.UNAVAILABLE, "cannot read " + store.location(name) + ": " + e.getMessage(), e);
    }
  }

  /** Makes a backup exist whose data is stored. */
  void publish(Manifest manifest) {
    store.put(manifest.id() + MANIFEST, manifest.encode());
  }

  /** Notes that a backup was found right. */
  StoredBackup verified(StoredBackup backup, Verification verification) {
    store.put(backup.id() + VERIFIED, verification.encode());
    return new StoredBackup(backup.location(), backup.manifest(), verification);
  }

  /** Removes a backup: it ends to exist first, so that never a part of one is listed. */
  void delete(String id) {
    store.delete(id + MANIFEST);
    store.delete(id + VERIFIED);
    store.delete(id + DATA);
  }
}
