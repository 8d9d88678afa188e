package dev.keelson.node;

import dev.keelson.kv.ApplyListener;
import dev.keelson.kv.lease.Leases;
import dev.keelson.kv.lease.Lessor;
import dev.keelson.node.api.auth.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** What follows on this member from entries that were applied. Applier's thread only. */
final class Consequences implements ApplyListener {
  private final Lessor lessor;
  private final Tokens tokens;
  private final LongConsumer compaction;
  private final List<Runnable> afterCommit = new ArrayList<>();

  /**
   * Creates the listener.
   *
   * @param compaction told of the revision of each compaction
   */
  Consequences(Lessor lessor, Tokens tokens, LongConsumer compaction) {
    this.lessor = lessor;
    this.tokens = tokens;
    this.compaction = compaction;
  }

  /** What was applied so far can be seen by readers. */
  void committed() {
    if (!afterCommit.isEmpty()) {
      List<Runnable> due = List.copyOf(afterCommit);
      afterCommit.clear();
      due.forEach(Runnable::run);
    }
  }

  @Override
  public void leaseGranted(Leases.Granted lease) {
    lessor.granted(lease);
  }

  /** Who is told that a lease is gone must not find its keys any more. */
  @Override
  public void leaseRevoked(long id) {
    afterCommit.addAll(lessor.revoked(id));
  }

  @Override
  public void compacted(long revision) {
    compaction.accept(revision);
  }

  @Override
  public void tokenIssued(String token, String username) {
    tokens.tokenIssued(token, username);
  }

  @Override
  public void tokensRevoked(String username) {
    tokens.tokensRevoked(username);
  }

  @Override
  public void allTokensRevoked() {
    tokens.allTokensRevoked();
  }
}
