package dev.keelson.storage.backend.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.keelson.storage.backend.BackendException;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.Reader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** A checkpoint, open to be read and left as it is. Not thread-safe. */
final class RocksCheckpoint implements Reader, AutoCloseable {
  private final Path directory;
  private final ColumnFamilyOptions familyOptions = new ColumnFamilyOptions();
  private final DBOptions options = new DBOptions();
  private final List<ColumnFamilyHandle> handles = new ArrayList<>();
  private final RocksDB db;

  RocksCheckpoint(Path directory, List<Family> families) throws RocksDBException {
    this.directory = directory;
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    for (Family family : families) {
      descriptors.add(new ColumnFamilyDescriptor(family.name().getBytes(UTF_8), familyOptions));
    }
    descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, familyOptions));
    try {
      db = RocksDB.openReadOnly(options, directory.toString(), descriptors, handles);
    } catch (RocksDBException e) {
      options.close();
      familyOptions.close();
      throw e;
    }
  }

  @Override
  public byte @Nullable [] get(Family family, byte[] key) {
    try {
      return db.get(handles.get(family.ordinal()), key);
    } catch (RocksDBException e) {
      throw new BackendException("read of " + this + " failed: " + e.getMessage(), e);
    }
  }

  @Override
  public Cursor ascending(Family family, byte[] from, byte @Nullable [] to) {
    return cursor(family, from, to, RocksCursor.Walk.ASCENDING);
  }

  @Override
  public Cursor descending(Family family, byte[] from, byte @Nullable [] to) {
    return cursor(family, from, to, RocksCursor.Walk.DESCENDING);
  }

  private Cursor cursor(Family family, byte[] from, byte @Nullable [] to, RocksCursor.Walk walk) {
    return new RocksCursor(
        rows -> {}, this, db, handles.get(family.ordinal()), null, from, to, walk);
  }

  @Override
  public void close() {
    handles.forEach(ColumnFamilyHandle::close);
    db.close();
    options.close();
    familyOptions.close();
  }

  @Override
  public String toString() {
    return "the checkpoint in " + directory;
  }
}
