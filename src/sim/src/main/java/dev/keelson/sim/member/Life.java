package dev.keelson.sim.member;

import dev.keelson.node.Member;
import dev.keelson.sim.time.Party;
import org.jspecify.annotations.Nullable;

/** One life of a member: from a start to the crash or stop that ends it. */
public final class Life implements Party {
  private final Host host;
  private final int number;
  private @Nullable Member member;
  private boolean alive = true;

  Life(Host host, int number) {
    this.host = host;
    this.number = number;
  }

  /** Where it runs. */
  public Host host() {
    return host;
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public boolean alive() {
    return alive;
  }

  @Override
  public long stoppedUntilNanos() {
    return host.stoppedUntilNanos();
  }

  /** Runs something in it, in the present event. */
  public void run(Runnable action) {
    SimulatedCrash.contain(action);
  }

  @Override
  public String toString() {
    return "life " + number;
  }

  void die() {
    alive = false;
  }

  void opened(Member opened) {
    member = opened;
  }

  /** The member; null while it opens. */
  public @Nullable Member member() {
    return member;
  }
}
