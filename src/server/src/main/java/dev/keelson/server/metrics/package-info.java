/**
 * {@code /metrics}: the member's counters under etcd's names, those of calls, of health requests
 * and of the process, and after them what Quarkus measures.
 */
@NullMarked
package dev.keelson.server.metrics;

import org.jspecify.annotations.NullMarked;
