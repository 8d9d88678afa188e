package dev.keelson.sim.rounds;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A file system of its own that can be filled: a tmpfs with a size, for which one must be root. A
 * limit on the size of files (RLIMIT_FSIZE) would not do instead: it fails the write that makes one
 * file large, where a full disk fails all that need a new block, in any file.
 */
final class SmallDisk implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 << 10;

  private final Path mount;
  private final Thread cleanup = new Thread(this::unmount);

  private SmallDisk(Path mount) {
    this.mount = mount;
  }

  /** Mounts one over a new folder; none if that is not allowed here. */
  static Optional<SmallDisk> mount(Path folder, int megabytes) throws InterruptedException {
    try {
      Files.createDirectories(folder);
      List<String> command =
          List.of("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", "" + folder);
      if (run(command) != 0) {
        return Optional.empty();
      }
    } catch (IOException e) {
      return Optional.empty(); // there is no mount program
    }
    SmallDisk disk = new SmallDisk(folder);
    Runtime.getRuntime().addShutdownHook(disk.cleanup);
    return Optional.of(disk);
  }

  private static int run(List<String> command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private Path filler() {
    return mount.resolve("filler");
  }

  /** Leaves nothing free. */
  void fill() {
    byte[] chunk = new byte[CHUNK_BYTES];
    try (OutputStream out = Files.newOutputStream(filler())) {
      while (true) {
        out.write(chunk);
      }
    } catch (IOException full) {
      // as it should be
    }
  }

  /** Gives the space back. */
  void relieve() {
    try {
      Files.deleteIfExists(filler());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void unmount() {
    try {
      run(List.of("umount", "-l", mount.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    unmount();
    Runtime.getRuntime().removeShutdownHook(cleanup);
  }
}
