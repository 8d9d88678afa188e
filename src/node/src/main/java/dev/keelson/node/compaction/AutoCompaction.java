package dev.keelson.node.compaction;

import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.node.env.Environment;
import dev.keelson.node.loop.Proposals;
import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compacts by a policy. Every member keeps the books, the leader alone proposes. */
public final class AutoCompaction {
  private static final Logger LOG = LoggerFactory.getLogger(AutoCompaction.class);

  private final String mode;
  private final Environment environment;
  private final CompactionSchedule schedule;
  private final Proposals proposals;
  private final LongSupplier revision;
  private final BooleanSupplier leader;

  private AutoCompaction(
      String mode,
      Environment environment,
      CompactionSchedule schedule,
      Proposals proposals,
      LongSupplier revision,
      BooleanSupplier leader) {
    this.mode = mode;
    this.environment = environment;
    this.schedule = schedule;
    this.proposals = proposals;
    this.revision = revision;
    this.leader = leader;
  }

  /**
   * Begins to compact, until the environment is closed.
   *
   * @param revision the store's newest
   * @param leader whether this member leads now
   */
  public static void start(
      CompactionPolicy policy,
      Environment environment,
      Proposals proposals,
      LongSupplier revision,
      BooleanSupplier leader) {
    switch (policy) {
      case CompactionPolicy.Off off -> {
        // nothing to do
      }
      case CompactionPolicy.Periodic periodic ->
          new AutoCompaction(
                  "periodic",
                  environment,
                  new PeriodicSchedule(
                      periodic.retention(), environment.nanoTime(), revision.getAsLong()),
                  proposals,
                  revision,
                  leader)
              .run();
      case CompactionPolicy.ByRevision byRevision ->
          new AutoCompaction(
                  "revision",
                  environment,
                  new RevisionSchedule(byRevision.revisions()),
                  proposals,
                  revision,
                  leader)
              .run();
    }
  }

  private void run() {
    var _ = environment.every(schedule.interval().toMillis(), this::look);
  }

  private void look() {
    OptionalLong due;
    synchronized (schedule) {
      due = schedule.due(environment.nanoTime(), revision.getAsLong(), leader.getAsBoolean());
    }
    if (due.isPresent()) {
      compact(due.getAsLong());
    }
  }

  private void compact(long target) {
    LOG.atInfo().addKeyValue("revision", target).log("starting auto {} compaction", mode);
    proposals.propose(
        InternalRaftRequest.newBuilder()
            .setCompaction(CompactionRequest.newBuilder().setRevision(target)),
        Runnable::run,
        outcome -> {
          KvException failure = outcome.failure();
          if (failure == null || failure.error() == KvError.COMPACTED) {
            synchronized (schedule) {
              schedule.done(environment.nanoTime(), target);
            }
            LOG.atInfo().addKeyValue("revision", target).log("completed auto {} compaction", mode);
          } else {
            LOG.atWarn()
                .addKeyValue("revision", target)
                .addKeyValue("retry-interval", schedule.interval().toString())
                .addKeyValue("error", failure.error().text())
                .log("failed auto {} compaction", mode);
          }
        });
  }
}
