package dev.keelson.storage.backend.rocksdb;

import static java.lang.System.Logger.Level.WARNING;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.MutableColumnFamilyOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * How many flushed files of a family gather before RocksDB merges them.
 *
 * <p>Every merge rewrites what it overlaps, under overwrites the whole next level, so while a
 * family is mostly written, few and large merges are cheapest. But a scan has to step through every
 * file that holds a version of its rows. Looking at eight files instead of two costs a row of a
 * scan about as much as a merge costs a row. So the merge is bought once the scans since the last
 * flush have walked as many rows as the family has, which is never more than twice the price of
 * having known before.
 */
final class MergePace {
  /** Files before a merge while hardly anything is scanned. */
  static final int RELAXED = 8;

  private static final int EAGER = 2;
  private static final long ROWS_MIN = 10_000;

  private static final System.Logger LOG = System.getLogger(MergePace.class.getName());

  private final RocksDB db;
  private final ColumnFamilyHandle family;
  private final UseGate gate;
  private final Executor background;
  private final AtomicLong scanned = new AtomicLong();
  private volatile long enough = ROWS_MIN;
  private volatile boolean eager;

  MergePace(RocksDB db, ColumnFamilyHandle family, UseGate gate, Executor background) {
    this.db = db;
    this.family = family;
    this.gate = gate;
    this.background = background;
  }

  /** Notes rows that a scan has walked. Thread-safe and cheap. */
  void scanned(long rows) {
    long before = scanned.getAndAdd(rows);
    if (!eager && before < enough && before + rows >= enough) {
      background.execute(this::review);
    }
  }

  /** A flush begins: what was scanned since the last one decides. */
  void flushing() {
    background.execute(
        () -> {
          review();
          scanned.set(0);
        });
  }

  private void review() {
    if (!gate.tryEnter()) {
      return; // the database is being closed
    }
    try {
      enough = Math.max(ROWS_MIN, db.getLongProperty(family, "rocksdb.estimate-num-keys"));
      boolean wanted = scanned.get() >= enough;
      if (wanted != eager) {
        db.setOptions(
            family,
            MutableColumnFamilyOptions.builder()
                .setLevel0FileNumCompactionTrigger(wanted ? EAGER : RELAXED)
                .build());
        eager = wanted;
      }
    } catch (RocksDBException e) {
      LOG.log(WARNING, "files are merged as seldom or as often as before", e);
    } finally {
      gate.exit();
    }
  }
}
