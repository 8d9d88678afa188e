/**
 * What a leader knows about one follower: how far its log agrees, what is on the way to it, and how
 * eagerly it may be sent more.
 *
 * <pre>
 *              snapshot needed
 *      +---------------------------------+
 *      |                                 v
 *   +-------+  acknowledged  +-----------+   +----------+
 *   | PROBE |--------------->| REPLICATE |-->| SNAPSHOT |
 *   +-------+                +-----------+   +----------+
 *      ^  ^   rejected, unreachable |             |  acknowledged (straight on to REPLICATE),
 *      |  +-------------------------+             |  reported done or failed
 *      +------------------------------------------+
 * </pre>
 */
@NullMarked
package dev.keelson.raft.tracker;

import org.jspecify.annotations.NullMarked;
