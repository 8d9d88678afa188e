package dev.keelson.node.api;

import dev.keelson.kv.txn.KeyValues;
import dev.keelson.kv.txn.OpResult;
import dev.keelson.kv.txn.OpResult.DeleteResult;
import dev.keelson.kv.txn.OpResult.PutResult;
import dev.keelson.kv.txn.OpResult.RangeResult;
import dev.keelson.kv.txn.OpResult.TxnResult;

/**
 * Encodes the answers of the KV service. Inside a transaction a header carries only the revision.
 */
final class KvResponses {
  private static final int HEADER = 1;
  private static final int RANGE_ROWS = 2;

  private KvResponses() {}

  static WireWriter encode(Headers headers, OpResult result) {
    return body(headers.wire(result.revision()), result);
  }

  private static WireWriter body(WireWriter header, OpResult result) {
    WireWriter out = new WireWriter().message(HEADER, header);
    switch (result) {
      case RangeResult range -> {
        rows(out, RANGE_ROWS, range.rows());
        tail(out, range);
      }
      case PutResult put -> {
        if (put.previous() != null) {
          out.message(2, put.previous(), 0);
        }
      }
      case DeleteResult delete -> {
        out.int64(2, delete.deleted());
        rows(out, 3, delete.previous());
      }
      case TxnResult txn -> {
        out.bool(2, txn.succeeded());
        for (OpResult inner : txn.responses()) {
          out.message(3, new WireWriter().message(kind(inner), nested(inner)));
        }
      }
    }
    return out;
  }

  private static WireWriter nested(OpResult result) {
    WireWriter header = new WireWriter();
    if (!(result instanceof TxnResult)) {
      header.int64(3, result.revision());
    }
    return body(header, result);
  }

  /** The member of {@code ResponseOp.response}. */
  private static int kind(OpResult result) {
    return switch (result) {
      case RangeResult range -> 1;
      case PutResult put -> 2;
      case DeleteResult delete -> 3;
      case TxnResult txn -> 4;
    };
  }

  private static void rows(WireWriter out, int field, KeyValues rows) {
    for (int i = 0; i < rows.size(); i++) {
      out.message(field, rows.buffer(i), rows.offset(i));
    }
  }

  private static void tail(WireWriter out, RangeResult range) {
    out.bool(3, range.more()).int64(4, range.count());
  }

  /** What comes before the rows of an answer that is written in parts. */
  static WireWriter rangeHead(Headers headers, RangeResult range) {
    return new WireWriter().message(HEADER, headers.wire(range.revision()));
  }

  /** Some of the rows of a range's answer. */
  static WireWriter rows(KeyValues rows) {
    WireWriter out = new WireWriter();
    rows(out, RANGE_ROWS, rows);
    return out;
  }

  /** What comes behind its rows. */
  static WireWriter rangeTail(RangeResult range) {
    WireWriter out = new WireWriter();
    tail(out, range);
    return out;
  }

  /** A chunk of a RangeStream before the last: rows and nothing else. */
  static WireWriter chunk(KeyValues rows) {
    return new WireWriter().message(1, rows(rows));
  }

  /** The last chunk of a RangeStream. */
  static WireWriter lastChunk(Headers headers, RangeResult result) {
    return new WireWriter().message(1, encode(headers, result));
  }
}
