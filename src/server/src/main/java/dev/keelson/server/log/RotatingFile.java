package dev.keelson.server.log;

import dev.keelson.server.config.LogRotation;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A log file that is put aside when it is full: {@code etcd.log} becomes {@code
 * etcd-2026-01-02T15-04-05.000.log}, and old ones are removed or compressed.
 *
 * <p>Not thread-safe; the handler locks. What happens to files put aside happens on a thread of its
 * own, one rotation at a time.
 */
final class RotatingFile extends OutputStream {

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss.SSS", Locale.ROOT);
  private static final String COMPRESSED = ".gz";

  private final Path path;
  private final LogRotation settings;
  private final InstantSource clock;
  private final long maxBytes;
  private final String stem;
  private final String extension;
  private final Object tidying = new Object();
  private OutputStream out;
  private long bytes;

  /** Opens the file, at its end if there is one. */
  RotatingFile(Path path, LogRotation settings, InstantSource clock) throws IOException {
    this.path = path;
    this.settings = settings;
    this.clock = clock;
    this.maxBytes = settings.maxSizeMegabytes() * 1024L * 1024L;
    String name = path.getFileName().toString();
    int dot = name.lastIndexOf('.');
    this.stem = dot < 0 ? name : name.substring(0, dot);
    this.extension = dot < 0 ? "" : name.substring(dot);
    this.out = open();
    this.bytes = Files.size(path);
  }

  private OutputStream open() throws IOException {
    return Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  /** Writes a line; it goes whole into one file. */
  @Override
  public void write(byte[] line, int offset, int length) throws IOException {
    if (bytes > 0 && bytes + length > maxBytes) {
      rotate();
    }
    out.write(line, offset, length);
    bytes += length;
  }

  private void rotate() throws IOException {
    out.close();
    Path aside = path.resolveSibling(stem + "-" + STAMP.format(now()) + extension);
    Files.move(path, aside, StandardCopyOption.REPLACE_EXISTING);
    out = open();
    bytes = 0;
    Thread.ofVirtual().name("log-rotation").start(this::tidy);
  }

  private LocalDateTime now() {
    return LocalDateTime.ofInstant(clock.instant(), zone());
  }

  private ZoneId zone() {
    return settings.localTime() ? ZoneId.systemDefault() : ZoneOffset.UTC;
  }

  /** Removes and compresses; what cannot be done now is tried at the next rotation. */
  void tidy() {
    synchronized (tidying) {
      try {
        List<Path> kept = removeOld(aside());
        for (Path file : settings.compress() ? kept : List.<Path>of()) {
          if (!file.toString().endsWith(COMPRESSED)) {
            compress(file);
          }
        }
      } catch (IOException e) {
        // the log itself goes on
      }
    }
  }

  /** Files put aside, the newest first. */
  private List<Path> aside() throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> stamp(file) != null)
          .sorted(
              Comparator.comparing(
                  file -> file.getFileName().toString(), Comparator.reverseOrder()))
          .toList();
    }
  }

  private @Nullable Instant stamp(Path file) {
    String name = file.getFileName().toString();
    String plain =
        name.endsWith(COMPRESSED) ? name.substring(0, name.length() - COMPRESSED.length()) : name;
    if (!plain.startsWith(stem + "-") || !plain.endsWith(extension)) {
      return null;
    }
    try {
      return LocalDateTime.parse(
              plain.substring(stem.length() + 1, plain.length() - extension.length()), STAMP)
          .atZone(zone())
          .toInstant();
    } catch (DateTimeException | IndexOutOfBoundsException e) {
      return null;
    }
  }

  private List<Path> removeOld(List<Path> newestFirst) throws IOException {
    Instant oldest =
        settings.maxAgeDays() == 0
            ? Instant.MIN
            : clock.instant().minus(Duration.ofDays(settings.maxAgeDays()));
    List<Path> kept = new ArrayList<>();
    for (Path file : newestFirst) {
      Instant stamp = stamp(file);
      boolean tooMany = settings.maxBackups() > 0 && kept.size() >= settings.maxBackups();
      if (tooMany || (stamp != null && stamp.isBefore(oldest))) {
        Files.deleteIfExists(file);
      } else {
        kept.add(file);
      }
    }
    return kept;
  }

  private static void compress(Path file) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + COMPRESSED + ".new");
    try (OutputStream packed = new GZIPOutputStream(Files.newOutputStream(draft))) {
      Files.copy(file, packed);
    }
    Files.move(
        draft,
        file.resolveSibling(file.getFileName() + COMPRESSED),
        StandardCopyOption.REPLACE_EXISTING);
    Files.delete(file);
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
