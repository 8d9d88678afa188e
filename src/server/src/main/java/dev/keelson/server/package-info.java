/** The process: entry point, start, stop and the wiring of listeners and member. */
@NullMarked
package dev.keelson.server;

import org.jspecify.annotations.NullMarked;
