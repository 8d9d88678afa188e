/** What is asked of a server, how answers are judged, and how a run is measured. */
@NullMarked
package dev.keelson.bench.load;

import org.jspecify.annotations.NullMarked;
