package dev.keelson.kv.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.lease.Lessor.Renewal;
import dev.keelson.kv.mvcc.Families;
import dev.keelson.storage.backend.WriteBatch;
import dev.keelson.storage.backend.memory.MemoryKvBackend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Expiry on virtual time. */
class LessorTest {
  private static final int MAX = 100;

  private final MemoryKvBackend backend = MemoryKvBackend.create(Families.ALL);
  private final Leases leases = new Leases(backend);
  private final List<String> told = new ArrayList<>();
  private long nowMillis = 1_000_000;
  private final Lessor lessor = new Lessor(leases, () -> nowMillis);

  private void grant(long id, long ttlSeconds) {
    try (WriteBatch batch = backend.batch()) {
      lessor.granted(leases.grant(batch, id, ttlSeconds));
    }
  }

  private void revoke(long id) {
    try (WriteBatch batch = backend.batch()) {
      leases.revoke(batch, id);
    }
    lessor.revoked(id).forEach(Runnable::run);
  }

  private Renewal renew(long id) {
    return lessor.renew(id, () -> told.add("gone " + id));
  }

  private void pass(long millis) {
    nowMillis += millis;
  }

  @Test
  void leasesExpireInTheOrderOfTheirDeadlines() {
    lessor.promote(1, 0);
    grant(1, 30);
    grant(2, 10);
    grant(3, 20);
    grant(4, 10);
    assertThat(lessor.ids()).containsExactly(2L, 4L, 3L, 1L);
    pass(9_999);
    assertThat(lessor.takeExpired(MAX).ids()).isEmpty();
    pass(1);
    assertThat(lessor.takeExpired(MAX).ids()).containsExactly(2L, 4L);
    assertThat(lessor.takeExpired(MAX).ids()).as("handed out once").isEmpty();
    pass(20_000);
    assertThat(lessor.takeExpired(1).ids()).containsExactly(3L);
    assertThat(lessor.takeExpired(1).ids()).containsExactly(1L);
  }

  @Test
  void aRenewalGivesTheWholeTimeFromNow() {
    lessor.promote(1, 0);
    grant(1, 10);
    pass(9_000);
    assertThat(lessor.remainingSeconds(1)).isEqualTo(1);
    assertThat(renew(1)).isEqualTo(Renewal.RENEWED);
    assertThat(lessor.remainingSeconds(1)).isEqualTo(10);
    pass(9_999);
    assertThat(lessor.takeExpired(MAX).ids()).isEmpty();
    assertThat(lessor.remainingSeconds(1)).as("truncated").isZero();
    pass(1);
    assertThat(lessor.takeExpired(MAX).ids()).containsExactly(1L);
  }

  @Test
  void anUnknownLeaseIsNotFound() {
    lessor.promote(1, 0);
    assertThat(renew(1)).isEqualTo(Renewal.NOT_FOUND);
    assertThat(lessor.remainingSeconds(1)).isEqualTo(-1);
    assertThat(lessor.revoked(1)).isEmpty();
  }

  @Test
  void anExpiredLeaseCannotBeSavedAndItsRenewersWaitUntilItIsGone() {
    lessor.promote(1, 0);
    grant(1, 10);
    pass(10_000);
    assertThat(renew(1)).as("nobody took it yet").isEqualTo(Renewal.EXPIRING);
    assertThat(lessor.takeExpired(MAX).ids()).containsExactly(1L);
    assertThat(renew(1)).isEqualTo(Renewal.EXPIRING);
    assertThat(told).isEmpty();
    revoke(1);
    assertThat(told).containsExactly("gone 1", "gone 1");
    assertThat(renew(1)).isEqualTo(Renewal.NOT_FOUND);
  }

  @Test
  void aRevocationThatDidNotTakeEffectIsTriedAgain() {
    lessor.promote(1, 0);
    grant(1, 10);
    pass(10_000);
    assertThat(lessor.takeExpired(MAX).ids()).containsExactly(1L);
    lessor.retry(1, 7_000);
    lessor.retry(1, 7_000);
    assertThat(renew(1)).as("still past its time").isEqualTo(Renewal.EXPIRING);
    pass(6_999);
    assertThat(lessor.takeExpired(MAX).ids()).isEmpty();
    pass(1);
    assertThat(lessor.takeExpired(MAX).ids()).containsExactly(1L);
    revoke(1);
    lessor.retry(1, 7_000);
    pass(7_000);
    assertThat(lessor.takeExpired(MAX).ids()).isEmpty();
  }

  @Test
  void aRenewalEndsTheExtensionOfANewLeader() {
    grant(1, 10);
    lessor.promote(1, 5_000);
    pass(1_000);
    assertThat(renew(1)).isEqualTo(Renewal.RENEWED);
    pass(9_999);
    assertThat(lessor.takeExpired(MAX).ids()).isEmpty();
    pass(1);
    assertThat(lessor.takeExpired(MAX).ids()).containsExactly(1L);
    pass(20_000);
    assertThat(lessor.takeExpired(MAX).ids()).as("handed out once").isEmpty();
  }

  @Test
  void aNewLeaderGivesEveryLeaseItsFullTimeAndTheExtension() {
    grant(1, 10);
    pass(60_000);
    assertThat(lessor.takeExpired(MAX).ids()).as("a follower expires nothing").isEmpty();
    assertThat(renew(1)).isEqualTo(Renewal.NOT_PRIMARY);
    assertThat(lessor.remainingSeconds(1)).isEqualTo(-1);
    lessor.promote(1, 1_500);
    pass(11_499);
    assertThat(lessor.takeExpired(MAX).ids()).isEmpty();
    pass(1);
    assertThat(lessor.takeExpired(MAX).ids()).containsExactly(1L);
    lessor.promote(1, 0);
    assertThat(lessor.takeExpired(MAX).ids()).as("not revoked yet: it lives again").isEmpty();
    assertThat(renew(1)).isEqualTo(Renewal.RENEWED);
  }

  @Test
  void demotionReleasesThoseThatWaitAndForgetsDeadlines() {
    lessor.promote(1, 0);
    grant(1, 10);
    grant(2, 5);
    pass(10_000);
    renew(1);
    lessor.demote().forEach(Runnable::run);
    assertThat(told).containsExactly("gone 1");
    assertThat(lessor.takeExpired(MAX).ids()).isEmpty();
    assertThat(lessor.ids()).as("by id elsewhere").containsExactly(1L, 2L);
    assertThat(renew(1)).isEqualTo(Renewal.NOT_PRIMARY);
  }

  @Test
  void aLeaseGrantedAnewUnderTheSameIdKeepsItsOwnDeadline() {
    lessor.promote(1, 0);
    grant(1, 10);
    revoke(1);
    pass(5_000);
    grant(1, 10);
    pass(5_000);
    assertThat(lessor.takeExpired(MAX).ids()).isEmpty();
    pass(5_000);
    assertThat(lessor.takeExpired(MAX).ids()).containsExactly(1L);
  }

  @Test
  void theLongestTimeToLiveDoesNotOverflow() {
    lessor.promote(1, 1_000);
    grant(1, 9_000_000_000L);
    assertThat(lessor.takeExpired(MAX).ids()).isEmpty();
    assertThat(lessor.remainingSeconds(1)).isEqualTo(9_000_000_000L);
  }

  @Test
  void revokedLeasesDoNotPileUpUntilTheirTimeWouldHaveCome() {
    lessor.promote(1, 0);
    for (long id = 1; id <= 10_000; id++) {
      grant(id, 1_000_000);
      revoke(id);
    }
    assertThat(lessor.queued()).isLessThan(2_000);
    grant(1, 1);
    pass(1_000);
    assertThat(lessor.takeExpired(MAX).ids()).containsExactly(1L);
  }
}
