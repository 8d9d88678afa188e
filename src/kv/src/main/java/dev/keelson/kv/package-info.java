/** The replicated state machine: what a log entry does, given only the log. */
@NullMarked
package dev.keelson.kv;

import org.jspecify.annotations.NullMarked;
