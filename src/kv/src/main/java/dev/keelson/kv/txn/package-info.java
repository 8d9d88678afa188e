/** Range, put, delete and transaction requests: their checks, execution and results. */
@NullMarked
package dev.keelson.kv.txn;

import org.jspecify.annotations.NullMarked;
