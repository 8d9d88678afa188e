package dev.keelson.server.launch;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * RocksDB's native library as a file. Without one each start unpacks 17 MB from the jar, a tenth of
 * a second; with its folder in {@code java.library.path} RocksDB finds it there.
 */
final class NativeLibrary {
  private NativeLibrary() {}

  /** Unpacks the library of this platform into a folder, whole or not at all. */
  static void unpack(Path folder) throws IOException {
    String resource = Environment.getJniLibraryFileName("rocksdb");
    Path target = folder.resolve(Environment.getSharedLibraryFileName("rocksdb"));
    Files.createDirectories(folder);
    Path part = Files.createTempFile(folder, "library", ".part");
    try (InputStream packed = RocksDB.class.getClassLoader().getResourceAsStream(resource)) {
      if (packed == null) {
        throw new FileNotFoundException("no " + resource + " among the classes");
      }
      Files.copy(packed, part, StandardCopyOption.REPLACE_EXISTING);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
