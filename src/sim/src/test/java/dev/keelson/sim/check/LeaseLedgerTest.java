package dev.keelson.sim.check;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a lease may end. */
class LeaseLedgerTest {
  private final LeaseLedger ledger = new LeaseLedger();

  private static long seconds(double seconds) {
    return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
  }

  @Test
  void aLeaseThatEndsEarlyIsFound() {
    ledger.renewed(7, seconds(1), 2);
    assertThatThrownBy(() -> ledger.revoked(7, seconds(2.9)))
        .isInstanceOf(Violation.class)
        .hasMessageContaining("lease 7");
  }

  @Test
  void aRenewalCountsFromWhenItWasAskedFor() {
    ledger.renewed(7, seconds(1), 2);
    ledger.renewed(7, seconds(2), 2);
    assertThatThrownBy(() -> ledger.revoked(7, seconds(3.5))).isInstanceOf(Violation.class);
  }

  @Test
  void aLeaseMayEndInItsTime() {
    ledger.renewed(7, seconds(1), 2);
    assertThatCode(() -> ledger.revoked(7, seconds(3))).doesNotThrowAnyException();
  }

  @Test
  void aLeaseThatIsGivenUpMayEndAtOnce() {
    ledger.renewed(7, seconds(1), 2);
    ledger.givenUp(7);
    assertThatCode(() -> ledger.revoked(7, seconds(1.1))).doesNotThrowAnyException();
  }
}
