/**
 * Judges runs: what clients saw against what the cluster committed. Knows nothing of how a history
 * came about, in virtual time or from real processes.
 */
@NullMarked
package dev.keelson.sim.check;

import org.jspecify.annotations.NullMarked;
