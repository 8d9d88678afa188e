/**
 * The loops of a member. The node loop owns consensus, the log writer the disk, the applier the
 * state machine; they hand work to one another and never wait for one another.
 */
@NullMarked
package dev.keelson.node.loop;

import org.jspecify.annotations.NullMarked;
