/**
 * The world of one simulated member: its host with clock, disk and store, and the environment in
 * which the production {@link dev.keelson.node.Member} runs on it.
 */
@NullMarked
package dev.keelson.sim.member;

import org.jspecify.annotations.NullMarked;
