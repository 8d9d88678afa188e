/** {@code keelson snapshot}: save, look at, check and restore files in etcd's snapshot format. */
@NullMarked
package dev.keelson.server.command.snapshot;

import org.jspecify.annotations.NullMarked;
