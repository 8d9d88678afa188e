package dev.keelson.kv.txn;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one operation of the KV service answered; {@code revision} is that of its response header.
 */
public sealed interface OpResult {
  long revision();

  /** Whether all that was asked for is there, or rows were left out for want of memory. */
  default boolean isWhole() {
    return switch (this) {
      case RangeResult range -> range.rows().isWhole();
      case PutResult _ -> true;
      case DeleteResult delete -> delete.previous().isWhole();
      case TxnResult txn -> txn.responses().stream().allMatch(OpResult::isWhole);
    };
  }

  /**
   * The answer of a range.
   *
   * @param more whether the limit cut something off
   * @param count all keys in the range at that revision, whatever limit and filters say
   */
  record RangeResult(long revision, KeyValues rows, boolean more, long count) implements OpResult {}

  /**
   * The answer of a put.
   *
   * @param previous the encoded KeyValue that was replaced, if it was asked for and existed
   */
  @SuppressWarnings("ArrayRecordComponent")
  record PutResult(long revision, byte @Nullable [] previous) implements OpResult {}

  /**
   * The answer of a delete.
   *
   * @param previous the deleted rows in key order, if they were asked for
   */
  record DeleteResult(long revision, long deleted, KeyValues previous) implements OpResult {}

  /**
   * The answer of a transaction.
   *
   * @param responses one for each operation of the branch that was taken, in order
   */
  record TxnResult(long revision, boolean succeeded, List<OpResult> responses)
      implements OpResult {}
}
