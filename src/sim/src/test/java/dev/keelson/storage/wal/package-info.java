@NullMarked
package dev.keelson.storage.wal;

import org.jspecify.annotations.NullMarked;
