package dev.keelson.sim.client;

import dev.keelson.sim.member.Life;
import org.jspecify.annotations.Nullable;

/** Knows which members clients can be sent to. */
public interface Directory {
  /** Some member; null if none runs. */
  @Nullable Life pick();
}
