/**
 * Server processes under test: found, started on free ports, killed, restarted, always cleaned up.
 */
@NullMarked
package dev.keelson.sim.process;

import org.jspecify.annotations.NullMarked;
