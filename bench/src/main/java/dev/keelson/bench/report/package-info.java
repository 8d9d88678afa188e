/** Results as data and as a table. */
@NullMarked
package dev.keelson.bench.report;

import org.jspecify.annotations.NullMarked;
