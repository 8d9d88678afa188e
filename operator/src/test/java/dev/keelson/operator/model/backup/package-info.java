@NullMarked
package dev.keelson.operator.model.backup;

import org.jspecify.annotations.NullMarked;
