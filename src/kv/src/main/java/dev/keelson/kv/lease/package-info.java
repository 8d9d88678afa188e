/** Leases: the replicated record of them, and their expiry on the leader. */
@NullMarked
package dev.keelson.kv.lease;

import org.jspecify.annotations.NullMarked;
