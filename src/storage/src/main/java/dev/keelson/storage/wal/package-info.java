/** The write-ahead log of the consensus layer: entries, hard state and snapshot markers. */
@NullMarked
package dev.keelson.storage.wal;

import org.jspecify.annotations.NullMarked;
