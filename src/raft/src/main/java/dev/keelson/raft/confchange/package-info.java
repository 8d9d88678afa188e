/**
 * Membership: the configurations a cluster goes through and the changes between them, simple (one
 * voter at a time) or joint (Raft dissertation §4). Pure functions over values.
 */
@NullMarked
package dev.keelson.raft.confchange;

import org.jspecify.annotations.NullMarked;
