/** Rounds with real processes, and what judges them. */
@NullMarked
package dev.keelson.sim.rounds;

import org.jspecify.annotations.NullMarked;
