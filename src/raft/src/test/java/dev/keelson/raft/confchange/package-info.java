/** Tests of the confchange package. */
@NullMarked
package dev.keelson.raft.confchange;

import org.jspecify.annotations.NullMarked;
