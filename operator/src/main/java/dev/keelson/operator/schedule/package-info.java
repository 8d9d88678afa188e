/** When scheduled backups are due, and which old ones are pruned; pure functions of times. */
@NullMarked
package dev.keelson.operator.schedule;

import org.jspecify.annotations.NullMarked;
