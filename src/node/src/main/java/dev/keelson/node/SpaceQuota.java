package dev.keelson.node;

import dev.keelson.kv.alarm.Alarms;
import dev.keelson.node.api.QuotaGate;
import dev.keelson.node.loop.Proposals;
import dev.keelson.proto.etcdserverpb.AlarmMember;
import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The quota of this member: raises the NOSPACE alarm when the backend reaches it, and clears its
 * own alarm once deletes and compaction have brought the size well below. Two watermarks, so that
 * it does not flap.
 */
final class SpaceQuota implements QuotaGate {
  private static final Logger LOG = LoggerFactory.getLogger(SpaceQuota.class);

  /** The alarm is cleared below this part of the quota. */
  private static final double LOW_WATERMARK = 0.9;

  private final long quotaBytes;
  private final AlarmMember alarm;
  private final Alarms alarms;
  private final Proposals proposals;
  private final LongSupplier measure;
  private final AtomicBoolean proposing = new AtomicBoolean();
  private volatile long sizeBytes;

  /**
   * An alarm that was up although the size never was near the quota is a person's, and not ours to
   * clear.
   */
  private boolean wasHigh;

  /**
   * Creates the quota.
   *
   * @param quotaBytes 0 for none
   * @param measure the backend's size now
   */
  SpaceQuota(
      long quotaBytes, long memberId, Alarms alarms, Proposals proposals, LongSupplier measure) {
    this.quotaBytes = quotaBytes;
    this.alarm = AlarmMember.newBuilder().setMemberID(memberId).setAlarm(AlarmType.NOSPACE).build();
    this.alarms = alarms;
    this.proposals = proposals;
    this.measure = measure;
  }

  @Override
  public long limitBytes() {
    return quotaBytes;
  }

  @Override
  public boolean admits(long costBytes) {
    if (quotaBytes == 0 || sizeBytes + costBytes < quotaBytes) {
      return true;
    }
    if (!alarms.active().contains(alarm)) {
      propose(AlarmAction.ACTIVATE);
    }
    return false;
  }

  /** Measures again; called every tick, and after large batches. */
  void refresh() {
    if (quotaBytes == 0) {
      return;
    }
    sizeBytes = measure.getAsLong();
    if (sizeBytes >= quotaBytes * LOW_WATERMARK) {
      wasHigh = true;
    } else if (wasHigh && alarms.active().contains(alarm)) {
      propose(AlarmAction.DEACTIVATE);
    }
  }

  private void propose(AlarmAction action) {
    if (!proposing.compareAndSet(false, true)) {
      return;
    }
    LOG.atWarn()
        .addKeyValue("action", action)
        .addKeyValue("size-bytes", sizeBytes)
        .addKeyValue("quota-bytes", quotaBytes)
        .log("backend quota: changing the NOSPACE alarm");
    proposals.propose(
        InternalRaftRequest.newBuilder()
            .setAlarm(
                AlarmRequest.newBuilder()
                    .setAction(action)
                    .setMemberID(alarm.getMemberID())
                    .setAlarm(AlarmType.NOSPACE)),
        Runnable::run,
        outcome -> proposing.set(false));
  }
}
