package dev.keelson.server.command.store;

import dev.keelson.server.command.CommandException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A flat set of named objects. An object is there completely or not at all.
 *
 * <p>Failures of the store are {@link CommandException}s whose status says whether to try again;
 * they have been tried again a few times already.
 */
public interface BackupStore extends AutoCloseable {
  /** An object in the making. */
  abstract class Upload extends OutputStream {
    /** Makes the object appear, durably, replacing one of that name. */
    public abstract void complete() throws IOException;

    /** Removes what was not completed. */
    @Override
    public abstract void close();
  }

  /** The URL of an object, for people. */
  String location(String name);

  /** The names of all objects, in no particular order. */
  List<String> list();

  /** Begins a large object. */
  Upload create(String name) throws IOException;

  /** Writes a small object. */
  void put(String name, byte[] content);

  /**
   * Opens an object.
   *
   * @return null if there is none
   */
  @Nullable InputStream open(String name);

  /** Removes an object if it exists. */
  void delete(String name);

  @Override
  void close();
}
