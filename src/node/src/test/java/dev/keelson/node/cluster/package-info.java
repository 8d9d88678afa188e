/** Several members in one process, on a network in memory. */
@NullMarked
package dev.keelson.node.cluster;

import org.jspecify.annotations.NullMarked;
