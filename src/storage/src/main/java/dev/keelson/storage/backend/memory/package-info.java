/** The backend in memory: the same semantics, with crashes and flushes under a test's control. */
@NullMarked
package dev.keelson.storage.backend.memory;

import org.jspecify.annotations.NullMarked;
