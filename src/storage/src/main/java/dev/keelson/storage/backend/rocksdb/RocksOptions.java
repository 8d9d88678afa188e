package dev.keelson.storage.backend.rocksdb;

/**
 * The memory the backend may take outside the Java heap. Filters and indexes of the open files come
 * on top: about 1.5 bytes a row of a {@code POINT} family.
 *
 * @param blockCacheBytes size of the one cache of uncompressed data blocks all families share
 * @param memtableBytes how much unflushed data the owner lets gather before it calls {@code
 *     startFlush}. The backend starts a flush of its own only at about four times this.
 */
public record RocksOptions(long blockCacheBytes, long memtableBytes) {
  private static final long MIN_BLOCK_CACHE_BYTES = 1 << 20;
  private static final long MIN_MEMTABLE_BYTES = 64 << 10;

  public RocksOptions {
    if (blockCacheBytes < MIN_BLOCK_CACHE_BYTES) {
      throw new IllegalArgumentException("block cache below 1 MiB: " + blockCacheBytes);
    }
    if (memtableBytes < MIN_MEMTABLE_BYTES) {
      throw new IllegalArgumentException("memtable below 64 KiB: " + memtableBytes);
    }
  }
}
