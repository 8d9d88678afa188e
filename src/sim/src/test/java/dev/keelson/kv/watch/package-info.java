@NullMarked
package dev.keelson.kv.watch;

import org.jspecify.annotations.NullMarked;
