/**
 * Rounds with real processes: members that are killed, stopped, cut off, robbed of their disk and
 * replaced, clients that write down what they see, and the judges of {@code check} over it.
 */
@NullMarked
package dev.keelson.sim.rounds;

import org.jspecify.annotations.NullMarked;
