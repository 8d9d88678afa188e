package dev.keelson.storage.backend.rocksdb;

import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.Snapshot;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;

/** A sequence number RocksDB keeps the rows of. A cursor outlives it safely. */
final class RocksSnapshot implements Snapshot {
  private final RocksInstance owner;
  private final RocksDB db;
  private final org.rocksdb.Snapshot snapshot;
  private final ReadOptions options;
  private final UseGate gate = new UseGate("the snapshot");

  RocksSnapshot(RocksInstance owner, RocksDB db) {
    this.owner = owner;
    this.db = db;
    snapshot = db.getSnapshot();
    options = new ReadOptions().setSnapshot(snapshot);
  }

  @Override
  public byte @Nullable [] get(Family family, byte[] key) {
    gate.enter();
    try {
      return owner.read(options, family, key);
    } finally {
      gate.exit();
    }
  }

  @Override
  public Cursor ascending(Family family, byte[] from, byte @Nullable [] to) {
    return cursor(family, from, to, RocksCursor.Walk.ASCENDING);
  }

  @Override
  public Cursor scan(Family family, byte[] from, byte @Nullable [] to) {
    return cursor(family, from, to, RocksCursor.Walk.ONCE);
  }

  @Override
  public Cursor descending(Family family, byte[] from, byte @Nullable [] to) {
    return cursor(family, from, to, RocksCursor.Walk.DESCENDING);
  }

  private Cursor cursor(Family family, byte[] from, byte @Nullable [] to, RocksCursor.Walk walk) {
    gate.enter();
    try {
      return owner.cursor(snapshot, family, from, to, walk);
    } finally {
      gate.exit();
    }
  }

  @Override
  public void close() {
    if (!gate.shut()) {
      return;
    }
    gate.awaitEmpty();
    options.close();
    db.releaseSnapshot(snapshot);
    snapshot.close();
    owner.handleClosed();
  }
}
