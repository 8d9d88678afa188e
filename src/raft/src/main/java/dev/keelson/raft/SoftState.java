package dev.keelson.raft;

/**
 * What is worth telling about a member and need not survive it.
 *
 * @param leader the leader of the term; 0 if none is known
 * @param role the member's own role
 */
public record SoftState(long leader, Role role) {}
