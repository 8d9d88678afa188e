/**
 * Locks and elections: recipes on top of keys, leases, transactions and watches, run in the member
 * for clients that do not have them (etcd's v3lock and v3election).
 *
 * <p>A call that has to wait for others blocks a virtual thread of its own, so that a recipe reads
 * from top to bottom. What it asks of the store goes through the member's own services, with the
 * metadata of the call it serves: whatever holds for a client's put holds for a recipe's put.
 */
@NullMarked
package dev.keelson.node.api.recipe;

import org.jspecify.annotations.NullMarked;
