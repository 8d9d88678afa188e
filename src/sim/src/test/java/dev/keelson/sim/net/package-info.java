@NullMarked
package dev.keelson.sim.net;

import org.jspecify.annotations.NullMarked;
