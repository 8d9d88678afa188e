/** Tests of the tracker package. */
@NullMarked
package dev.keelson.raft.tracker;

import org.jspecify.annotations.NullMarked;
