/** The cluster that a snapshot is taken from: how to reach it, and the download. */
@NullMarked
package dev.keelson.server.command.source;

import org.jspecify.annotations.NullMarked;
