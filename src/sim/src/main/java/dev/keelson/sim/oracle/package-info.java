/**
 * Differential testing: one seeded sequence of operations is sent to two servers that speak etcd's
 * v3 API, and every answer is compared field by field.
 *
 * <p>{@link dev.keelson.sim.oracle.OperationGenerator} makes operations, {@link
 * dev.keelson.sim.oracle.ComparedRun} sends and compares, {@link
 * dev.keelson.sim.oracle.VersionDifferences} is the only place that names accepted differences, and
 * {@link dev.keelson.sim.oracle.Shrinker} makes a failing sequence short.
 */
@NullMarked
package dev.keelson.sim.oracle;

import org.jspecify.annotations.NullMarked;
