/** Tests of {@code dev.keelson.node.compaction}. */
@NullMarked
package dev.keelson.node.compaction;

import org.jspecify.annotations.NullMarked;
