package dev.keelson.storage.backend.memory;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Family;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One file of all rows: per family its name, then for each row a 1, key and value, then a 0. */
final class CheckpointFile {
  private static final String NAME = "ROWS";

  private CheckpointFile() {}

  static void write(Path directory, State state) throws IOException {
    Files.createDirectory(directory);
    try (DataOutputStream out =
        new DataOutputStream(
            new BufferedOutputStream(Files.newOutputStream(directory.resolve(NAME))))) {
      for (Family family : state.families()) {
        writeArray(out, family.name().getBytes(UTF_8));
        try (Cursor rows = state.ascending(family, new byte[0], null)) {
          while (rows.next()) {
            out.writeByte(1);
            writeArray(out, rows.key());
            writeArray(out, rows.value());
          }
        }
        out.writeByte(0);
      }
    }
  }

  static State read(Path directory, List<Family> families) throws IOException {
    List<Change> changes = new ArrayList<>();
    try (DataInputStream in =
        new DataInputStream(
            new BufferedInputStream(Files.newInputStream(directory.resolve(NAME))))) {
      for (Family family : families) {
        String name = new String(readArray(in), UTF_8);
        if (!name.equals(family.name())) {
          throw new IOException("family " + name + " where " + family.name() + " was expected");
        }
        while (in.readByte() == 1) {
          changes.add(new Change.Put(family, readArray(in), readArray(in)));
        }
      }
    }
    return new State(families).with(changes);
  }

  static void delete(Path directory) throws IOException {
    Files.delete(directory.resolve(NAME));
    Files.delete(directory);
  }

  private static void writeArray(DataOutputStream out, byte[] array) throws IOException {
    out.writeInt(array.length);
    out.write(array);
  }

  private static byte[] readArray(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      throw new IOException("a row of " + length + " bytes");
    }
    byte[] array = in.readNBytes(length);
    if (array.length < length) {
      throw new EOFException("a row ends early");
    }
    return array;
  }
}
