/**
 * What must hold at every moment of a run, checked as it happens and at constant cost: the safety
 * properties of Raft (figure 3 of the paper), and that everything told to others is on disk.
 */
@NullMarked
package dev.keelson.sim.invariant;

import org.jspecify.annotations.NullMarked;
