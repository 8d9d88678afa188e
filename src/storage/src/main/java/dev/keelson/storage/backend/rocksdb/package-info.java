/** The backend on RocksDB. */
@NullMarked
package dev.keelson.storage.backend.rocksdb;

import org.jspecify.annotations.NullMarked;
