/** Tests of watch against a small real store and hand-driven loops. */
@NullMarked
package dev.keelson.kv.watch;

import org.jspecify.annotations.NullMarked;
