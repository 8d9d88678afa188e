/** Cluster-wide alarms. */
@NullMarked
package dev.keelson.kv.alarm;

import org.jspecify.annotations.NullMarked;
