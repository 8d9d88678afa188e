/**
 * Virtual time: one queue of events for a whole cluster, the randomness all of it is drawn from,
 * and the hash by which two runs are compared.
 */
@NullMarked
package dev.keelson.sim.time;

import org.jspecify.annotations.NullMarked;
