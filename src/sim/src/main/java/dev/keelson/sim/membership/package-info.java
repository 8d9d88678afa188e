/**
 * Changes of the membership: a simulated operator who adds, promotes, removes and replaces members
 * and sees to it that there is a machine for each.
 */
@NullMarked
package dev.keelson.sim.membership;

import org.jspecify.annotations.NullMarked;
