/**
 * The world a member lives in: time, threads, randomness, files. Handed in, so that the very same
 * member runs on a machine and in the virtual time of a simulation.
 */
@NullMarked
package dev.keelson.node.env;

import org.jspecify.annotations.NullMarked;
