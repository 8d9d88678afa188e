/**
 * What a member counts, under etcd's metric names. A counter is a field that is incremented where
 * the thing happens; names, labels and text appear only when somebody asks.
 */
@NullMarked
package dev.keelson.node.metrics;

import org.jspecify.annotations.NullMarked;
