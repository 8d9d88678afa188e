/** Tests of {@code dev.keelson.node.metrics}. */
@NullMarked
package dev.keelson.node.metrics;

import org.jspecify.annotations.NullMarked;
