package dev.keelson.server.tls;

import dev.keelson.server.member.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value made from files. The files are read whenever the value is asked for, and the value is
 * made anew when their bytes have changed. Bytes are compared, not times: Kubernetes swaps symbolic
 * links and a file system's clock may be coarse.
 *
 * <p>Files that cannot be read or do not fit together, as half of a pair being replaced, leave the
 * former value in force; that is logged once for each content.
 *
 * @param <T> the value's type
 */
final class Reloading<T> {

  private static final Logger log = LoggerFactory.getLogger(Reloading.class);

  /** Larger files are refused: they are not what the options ask for. */
  private static final long MAX_FILE_BYTES = 16L << 20;

  /**
   * Makes a value from the bytes of the files, in the order of the files.
   *
   * @param <T> the value's type
   */
  interface Parser<T> {
    T parse(List<byte[]> contents) throws IOException, GeneralSecurityException;
  }

  private final String what;
  private final List<Path> files;
  private final Parser<T> parser;
  private List<byte[]> loaded;
  private List<byte[]> refused = List.of();
  private String complaint = "";
  private T value;

  private Reloading(String what, List<Path> files, Parser<T> parser, List<byte[]> loaded, T value) {
    this.what = what;
    this.files = files;
    this.parser = parser;
    this.loaded = loaded;
    this.value = value;
  }

  /**
   * Reads the files for the first time.
   *
   * @param what names the value in messages
   * @throws StartException when they cannot be read or do not make a value
   */
  static <T> Reloading<T> load(String what, List<Path> files, Parser<T> parser) {
    try {
      List<byte[]> contents = read(files);
      return new Reloading<>(what, files, parser, contents, parser.parse(contents));
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new StartException(
          "cannot use the %s: %s".formatted(what, reason(e)), Map.of("files", texts(files)));
    }
  }

  /** The value of the files as they are now, or the last one that could be made. */
  synchronized T current() {
    List<byte[]> contents;
    try {
      contents = read(files);
    } catch (IOException e) {
      complain(reason(e));
      return value;
    }
    if (same(contents, loaded)) {
      complaint = "";
      refused = List.of();
    } else if (!same(contents, refused)) {
      replace(contents);
    }
    return value;
  }

  private void replace(List<byte[]> contents) {
    try {
      value = parser.parse(contents);
      loaded = contents;
      refused = List.of();
      complaint = "";
      log.atInfo()
          .addKeyValue("what", what)
          .addKeyValue("files", texts(files))
          .log("reloaded TLS files");
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      refused = contents;
      complaint = "";
      complain(reason(e));
    }
  }

  private void complain(String reason) {
    if (complaint.equals(reason)) {
      return;
    }
    complaint = reason;
    log.atWarn()
        .addKeyValue("what", what)
        .addKeyValue("files", texts(files))
        .addKeyValue("error", reason)
        .log("changed TLS files cannot be used; the former ones stay in force");
  }

  private static List<byte[]> read(List<Path> files) throws IOException {
    List<byte[]> contents = new ArrayList<>(files.size());
    for (Path file : files) {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new IOException(file + " is larger than " + MAX_FILE_BYTES + " bytes");
      }
      contents.add(Files.readAllBytes(file));
    }
    return contents;
  }

  private static boolean same(List<byte[]> a, List<byte[]> b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!Arrays.equals(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static String reason(Exception e) {
    return e.getClass().getSimpleName() + ": " + e.getMessage();
  }

  private static List<String> texts(List<Path> files) {
    return files.stream().map(Path::toString).toList();
  }
}
