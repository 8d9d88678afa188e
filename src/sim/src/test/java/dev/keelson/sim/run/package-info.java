@NullMarked
package dev.keelson.sim.run;

import org.jspecify.annotations.NullMarked;
