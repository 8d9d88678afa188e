@NullMarked
package dev.keelson.sim.check;

import org.jspecify.annotations.NullMarked;
