/** Networks that misbehave, between real processes or transports. */
@NullMarked
package dev.keelson.sim.net;

import org.jspecify.annotations.NullMarked;
