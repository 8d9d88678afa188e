@NullMarked
package dev.keelson.bench.load;

import org.jspecify.annotations.NullMarked;
