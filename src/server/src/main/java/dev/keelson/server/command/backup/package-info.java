/** {@code keelson backup}: backups of a cluster in a store, checked and kept by rules. */
@NullMarked
package dev.keelson.server.command.backup;

import org.jspecify.annotations.NullMarked;
