@NullMarked
package dev.keelson.sim.oracle;

import org.jspecify.annotations.NullMarked;
