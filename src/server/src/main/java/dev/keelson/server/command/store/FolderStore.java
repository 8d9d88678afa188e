package dev.keelson.server.command.store;

import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Objects as files of a folder; unfinished ones have another name. */
final class FolderStore implements BackupStore {
  private static final String UNFINISHED = ".part";

  /** A backup holds every key and value. */
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path folder;

  /** Uses a folder, which is made if it does not exist. */
  FolderStore(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
    try {
      Files.createDirectories(this.folder);
    } catch (IOException e) {
      throw failed("use", this.folder, e);
    }
  }

  @Override
  public String location(String name) {
    return "file://" + folder.resolve(name);
  }

  @Override
  public List<String> list() {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith(UNFINISHED))
          .toList();
    } catch (IOException e) {
      throw failed("list", folder, e);
    }
  }

  @Override
  public Upload create(String name) {
    Path file = folder.resolve(name);
    Path part = folder.resolve(name + UNFINISHED);
    FileChannel out;
    try {
      out =
          FileChannel.open(
              part,
              Set.of(
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING,
                  StandardOpenOption.WRITE),
              OWNER_ONLY);
    } catch (IOException e) {
      throw failed("write", part, e);
    }
    return new Upload() {
      @Override
      public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) {
        try {
          ByteBuffer left = ByteBuffer.wrap(bytes, offset, length);
          while (left.hasRemaining()) {
            out.write(left);
          }
        } catch (IOException e) {
          throw failed("write", part, e);
        }
      }

      @Override
      public void complete() {
        try {
          out.force(true);
          out.close();
          Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
          persistNames();
        } catch (IOException e) {
          throw failed("write", file, e);
        }
      }

      @Override
      public void close() {
        try {
          out.close();
          Files.deleteIfExists(part);
        } catch (IOException e) {
          throw failed("remove", part, e);
        }
      }
    };
  }

  private void persistNames() throws IOException {
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  @Override
  public void put(String name, byte[] content) {
    try (Upload upload = create(name)) {
      upload.write(content, 0, content.length);
      upload.complete();
    } catch (IOException e) {
      throw failed("write", folder.resolve(name), e);
    }
  }

  @Override
  public @Nullable InputStream open(String name) {
    try {
      return Files.newInputStream(folder.resolve(name));
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw failed("read", folder.resolve(name), e);
    }
  }

  @Override
  public void delete(String name) {
    try {
      Files.deleteIfExists(folder.resolve(name));
      persistNames();
    } catch (IOException e) {
      throw failed("delete", folder.resolve(name), e);
    }
  }

  private static CommandException failed(String what, Path file, IOException e) {
    boolean refused = e instanceof AccessDeniedException;
    return new CommandException(
        refused ? ExitStatus.REFUSED : ExitStatus.UNAVAILABLE,
        "cannot %s %s: %s".formatted(what, file, refused ? "permission denied" : e.getMessage()),
        e);
  }

  @Override
  public void close() {
    // nothing is held
  }
}
