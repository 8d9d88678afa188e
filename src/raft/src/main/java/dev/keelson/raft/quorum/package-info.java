/** Vote and commit arithmetic of majorities and of the joint configurations made of two of them. */
@NullMarked
package dev.keelson.raft.quorum;

import org.jspecify.annotations.NullMarked;
