/**
 * The network between members in virtual time: late, lossy, partitioned, sometimes sending twice.
 */
@NullMarked
package dev.keelson.sim.network;

import org.jspecify.annotations.NullMarked;
