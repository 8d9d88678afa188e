/**
 * Defects put into the production code, to see whether the simulator finds them. Nothing of it is
 * in any release: classes are rewritten while a test loads them.
 */
@NullMarked
package dev.keelson.sim.planted;

import org.jspecify.annotations.NullMarked;
