/**
 * A whole simulated cluster: what a seed decides, the run itself, and the command that replays it.
 */
@NullMarked
package dev.keelson.sim.run;

import org.jspecify.annotations.NullMarked;
