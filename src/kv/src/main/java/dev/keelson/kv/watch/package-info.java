/**
 * Watch: delivers every change of a key range, in revision order, to any number of streams.
 *
 * <p>Two loops own the watchers. The {@linkplain dev.keelson.kv.watch.DeliveryLoop delivery loop}
 * has the synced ones and follows the apply thread through a byte-bounded ring of recent revisions;
 * the {@linkplain dev.keelson.kv.watch.CatchUpLoop catch-up loop} has the late ones and reads the
 * ring or the event log. A watcher belongs to exactly one loop, or is parked at its stream while
 * the stream's sink is not ready; it moves by messages:
 *
 * <pre>
 *   create (start after current) ------> LIVE &lt;----- join, near the head ------ LATE
 *   create (start in the past) --------------------------------------------------^ ^
 *   LIVE or LATE -- sink not ready --> PARKED -- sink ready again ----------------'  |
 *   LIVE -- ring lost the next revision (overrun, snapshot installed) ---------------'
 *   any -- cancel, close, compaction overtook it --> dead
 * </pre>
 *
 * <p>A parked or late watcher holds a position and no events, so a client that does not read costs
 * nothing but the bytes its sink has already accepted. Nothing here has a thread or a clock.
 */
@NullMarked
package dev.keelson.kv.watch;

import org.jspecify.annotations.NullMarked;
