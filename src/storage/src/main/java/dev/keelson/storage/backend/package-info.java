/** The port to the ordered store that holds the state machine, and its implementations. */
@NullMarked
package dev.keelson.storage.backend;

import org.jspecify.annotations.NullMarked;
