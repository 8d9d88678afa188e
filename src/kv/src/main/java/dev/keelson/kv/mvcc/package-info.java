/** The multi-version store: current rows, their history, and the events by revision. */
@NullMarked
package dev.keelson.kv.mvcc;

import org.jspecify.annotations.NullMarked;
