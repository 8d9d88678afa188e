/** Tests of the quorum arithmetic. */
@NullMarked
package dev.keelson.raft.quorum;

import org.jspecify.annotations.NullMarked;
