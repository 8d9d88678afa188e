/** One member of a cluster: the loops that glue consensus, log, state machine and clients. */
@NullMarked
package dev.keelson.node;

import org.jspecify.annotations.NullMarked;
