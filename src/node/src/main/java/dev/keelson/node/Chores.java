package dev.keelson.node;

import dev.keelson.node.loop.Proposals;
import dev.keelson.node.metrics.StoreMetrics;

/** What a member does at each heartbeat interval, beside consensus. Timer's thread. */
final class Chores {
  private static final int TICKS_PER_EXPIRY = 10;

  /** How many expiry rounds, about 30 s, a view waits for the next page. */
  private static final int PAGED_IDLE_MAX = 30;

  private final OpenState open;
  private final SpaceQuota quota;
  private final LeaseExpiry leaseExpiry;
  private final LeaseCalls leases;
  private final LeaderDuties duties;
  private long ticks;

  Chores(
      MemberSettings settings,
      OpenState open,
      Proposals proposals,
      SpaceQuota quota,
      LeaseCalls leases,
      LeaderDuties duties,
      StoreMetrics metrics) {
    this.open = open;
    this.quota = quota;
    this.leases = leases;
    this.duties = duties;
    leaseExpiry =
        new LeaseExpiry(
            open.lessor,
            proposals,
            settings.requestTimeoutMillis(),
            () -> open.machine.auth().revision(),
            metrics.leasesExpired);
  }

  void tick() {
    leases.tick();
    leaseExpiry.tick();
    duties.tick();
    quota.refresh();
    if (++ticks % TICKS_PER_EXPIRY == 0) {
      open.machine.store().views().expirePaged(PAGED_IDLE_MAX);
      open.tokens.sweep();
    }
  }
}
