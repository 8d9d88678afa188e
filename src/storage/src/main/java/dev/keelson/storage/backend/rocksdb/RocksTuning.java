package dev.keelson.storage.backend.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.keelson.storage.backend.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksObject;

/**
 * The native options, kept as long as the database lives.
 *
 * <p>Filters and indexes stay outside the block cache: a filter larger than a shard of the cache is
 * read and checked again by every get, 300 us instead of 1. The cache has few shards for the same
 * reason.
 */
final class RocksTuning implements AutoCloseable {
  /** Unflushed data at which RocksDB starts a flush by itself, in units of the owner's limit. */
  private static final int SAFETY_FACTOR = 4;

  /** Parts in which the owner's limit is taken, at least. */
  private static final int ARENA_BLOCKS_MIN = 8;

  private static final int CACHE_SHARD_BITS = 2;
  private static final double BLOOM_BITS_PER_KEY = 10;
  private static final int MAX_OPEN_FILES = 512;
  private static final long SYNC_BYTES = 1 << 20;
  private static final int BACKGROUND_JOBS = 2;

  /**
   * A file that was moved to the last level as it is would be written anew once no snapshot is
   * older than it: every row twice, for nothing but sequence numbers of zero. After a day that, and
   * overwritten rows kept for a snapshot, may be worth it. The Java API has no setter for it.
   */
  private static final Properties BOTTOM_FILES_STAY = new Properties();

  static {
    BOTTOM_FILES_STAY.setProperty(
        "bottommost_file_compaction_delay", String.valueOf(TimeUnit.DAYS.toSeconds(1)));
  }

  private final RocksOptions options;
  private final List<RocksObject> owned = new ArrayList<>();
  private final LRUCache cache;
  private final BloomFilter filter;

  RocksTuning(RocksOptions options) {
    this.options = options;
    cache = own(new LRUCache(options.blockCacheBytes(), CACHE_SHARD_BITS));
    filter = own(new BloomFilter(BLOOM_BITS_PER_KEY, false));
  }

  DBOptions database(FlushTracker tracker) {
    return own(new DBOptions())
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setAtomicFlush(true)
        .setDbWriteBufferSize(SAFETY_FACTOR * options.memtableBytes())
        .setListeners(List.of(tracker))
        // A failed write is final: no attempt to go on behind the owner's back.
        .setMaxBgErrorResumeCount(0)
        .setMaxBackgroundJobs(BACKGROUND_JOBS)
        .setMaxOpenFiles(MAX_OPEN_FILES)
        // Hands data to the disk while files are written, lest one large fsync delays the raft log.
        .setBytesPerSync(SYNC_BYTES)
        .setMaxManifestFileSize(16 << 20)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setMaxLogFileSize(1 << 20)
        .setKeepLogFileNum(2)
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0);
  }

  /** The families, in the order given, and RocksDB's default one, which it insists on. */
  List<ColumnFamilyDescriptor> families(List<Family> families) {
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    for (Family family : families) {
      descriptors.add(descriptor(family.name().getBytes(UTF_8), family.access()));
    }
    descriptors.add(descriptor(RocksDB.DEFAULT_COLUMN_FAMILY, Family.Access.SMALL));
    return descriptors;
  }

  private ColumnFamilyDescriptor descriptor(byte[] name, Family.Access access) {
    return new ColumnFamilyDescriptor(name, own(familyOptions(access)));
  }

  /** What a table for a family is written with, outside of the database; close it. */
  Options table(Family.Access access) {
    try (DBOptions files = new DBOptions();
        ColumnFamilyOptions tables = familyOptions(access)) {
      return new Options(files.setBytesPerSync(SYNC_BYTES), tables);
    }
  }

  private ColumnFamilyOptions familyOptions(Family.Access access) {
    BlockBasedTableConfig table =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setCacheIndexAndFilterBlocks(false)
            .setBlockSize(access == Family.Access.LOG ? 32 << 10 : 8 << 10);
    if (access == Family.Access.POINT) {
      table.setFilterPolicy(filter);
    }
    return ColumnFamilyOptions.getColumnFamilyOptionsFromProps(BOTTOM_FILES_STAY)
        .setTableFormatConfig(table)
        .setWriteBufferSize(SAFETY_FACTOR * options.memtableBytes())
        // Above the number of flushes an owner has under way, so that writes do not stall.
        .setMaxWriteBufferNumber(6)
        .setArenaBlockSize(arenaBlockBytes(access))
        .setLevelCompactionDynamicLevelBytes(true)
        .setLevel0FileNumCompactionTrigger(access == Family.Access.SMALL ? 4 : MergePace.RELAXED)
        .setCompressionType(
            access == Family.Access.SMALL
                ? CompressionType.NO_COMPRESSION
                : CompressionType.LZ4_COMPRESSION);
  }

  /**
   * What a memtable takes at once. Many of them make the limit, else the first row of a family
   * would fill its memtable, and every write would begin a flush.
   */
  private long arenaBlockBytes(Family.Access access) {
    long usual = access == Family.Access.SMALL ? 16 << 10 : 256 << 10;
    return Math.min(usual, options.memtableBytes() / ARENA_BLOCKS_MIN);
  }

  private <T extends RocksObject> T own(T object) {
    owned.add(object);
    return object;
  }

  @Override
  public void close() {
    for (int i = owned.size() - 1; i >= 0; i--) {
      owned.get(i).close();
    }
  }
}
