/** Server processes and what the kernel says about them. */
@NullMarked
package dev.keelson.bench.host;

import org.jspecify.annotations.NullMarked;
