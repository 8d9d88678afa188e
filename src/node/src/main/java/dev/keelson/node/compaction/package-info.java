/** Compaction by the member itself: when, and to which revision. */
@NullMarked
package dev.keelson.node.compaction;

import org.jspecify.annotations.NullMarked;
