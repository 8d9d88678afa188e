/** Tests of {@code dev.keelson.server.metrics}. */
@NullMarked
package dev.keelson.server.metrics;

import org.jspecify.annotations.NullMarked;
