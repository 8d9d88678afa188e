package dev.keelson.storage.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directory of the file system. */
public final class FileDisk implements Disk {
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  private static final FileAttribute<?>[] OWNER_FILE = attributes("rw-------");
  private static final FileAttribute<?>[] OWNER_DIRECTORY = attributes("rwx------");
  private static final int MAX_LOCK_TEXT_BYTES = 32;

  private final Path root;

  private FileDisk(Path root) {
    this.root = root;
  }

  /** Uses {@code root}, which is created if it does not exist. */
  public static FileDisk open(Path root) throws IOException {
    Files.createDirectories(root, OWNER_DIRECTORY);
    return new FileDisk(root);
  }

  /**
   * What is wrong with the permissions of the root, to be logged: a volume mounted by a cluster
   * manager cannot always be helped, so this is no error.
   */
  public Optional<String> permissionWarning() throws IOException {
    if (!POSIX) {
      return Optional.empty();
    }
    Set<PosixFilePermission> actual = Files.getPosixFilePermissions(root);
    if (PosixFilePermissions.fromString("rwx------").containsAll(actual)) {
      return Optional.empty();
    }
    return Optional.of(
        root
            + " is open to others ("
            + PosixFilePermissions.toString(actual)
            + "); it holds all keys and values: chmod 700 it");
  }

  @Override
  public DiskFile create(String name) throws IOException {
    return new OpenFile(
        channel(
            name,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)));
  }

  @Override
  public DiskFile open(String name) throws IOException {
    return new OpenFile(channel(name, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE)));
  }

  private FileChannel channel(String name, Set<OpenOption> options) throws IOException {
    return FileChannel.open(path(name), options, OWNER_FILE);
  }

  @Override
  public void createDirectory(String name) throws IOException {
    Files.createDirectories(path(name), OWNER_DIRECTORY);
  }

  @Override
  public List<String> list(String directory) throws IOException {
    if (!Files.isDirectory(path(directory))) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(path(directory))) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(path(from), path(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.delete(path(name));
  }

  @Override
  public void persistDirectory(String directory) throws IOException {
    try (FileChannel channel = FileChannel.open(path(directory), StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public Closeable lock(String name) throws IOException {
    FileChannel channel =
        channel(
            name,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
    try {
      FileLock lock = tryLock(channel);
      if (lock == null) {
        throw new IOException(path(name) + " is locked by " + holder(channel));
      }
      channel.truncate(0);
      channel.write(UTF_8.encode(Long.toString(ProcessHandle.current().pid())), 0);
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(MAX_LOCK_TEXT_BYTES);
    channel.read(text, 0);
    String pid = UTF_8.decode(text.flip()).toString().strip();
    return pid.isEmpty() ? "another process" : "the process with the id " + pid;
  }

  private Path path(String name) {
    return root.resolve(name);
  }

  private static FileAttribute<?>[] attributes(String permissions) {
    return POSIX
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  @Override
  public String toString() {
    return root.toString();
  }

  private record OpenFile(FileChannel channel) implements DiskFile {
    private static final int ZERO_CHUNK_BYTES = 1 << 20;

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return channel.read(target, position);
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      long at = position;
      while (source.hasRemaining()) {
        at += channel.write(source, at);
      }
    }

    /** Written, not merely reserved: a first write into reserved blocks would change metadata. */
    @Override
    public void preallocate(long size) throws IOException {
      ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(size, ZERO_CHUNK_BYTES));
      for (long at = channel.size(); at < size; at += zeros.limit()) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), size - at));
        write(zeros, at);
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      channel.truncate(size);
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    /** {@code fdatasync}, which also writes the metadata needed to read the data back. */
    @Override
    public void persist() throws IOException {
      channel.force(false);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
