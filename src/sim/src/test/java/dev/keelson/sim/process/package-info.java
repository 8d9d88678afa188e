@NullMarked
package dev.keelson.sim.process;

import org.jspecify.annotations.NullMarked;
