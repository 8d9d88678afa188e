/** What goes wrong, and when: drawn from the seed, counted by kind. */
@NullMarked
package dev.keelson.sim.fault;

import org.jspecify.annotations.NullMarked;
