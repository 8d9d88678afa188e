@NullMarked
package dev.keelson.operator.schedule;

import org.jspecify.annotations.NullMarked;
