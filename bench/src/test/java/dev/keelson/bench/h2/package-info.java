@NullMarked
package dev.keelson.bench.h2;

import org.jspecify.annotations.NullMarked;
