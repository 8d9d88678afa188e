/**
 * The deterministic consensus core: time comes in as ticks, input as messages, output leaves as one
 * {@code Ready}. It has no clock, thread, file, socket or randomness of its own and depends on
 * nothing beyond the JDK.
 */
@NullMarked
package dev.keelson.raft;

import org.jspecify.annotations.NullMarked;
