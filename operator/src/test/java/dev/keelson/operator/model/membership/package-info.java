/** The planner against a small cluster in memory. */
@NullMarked
package dev.keelson.operator.model.membership;

import org.jspecify.annotations.NullMarked;
