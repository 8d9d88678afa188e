package dev.keelson.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.Deadline;
import io.grpc.StatusException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CallTimeoutTest {
  @ParameterizedTest
  @CsvSource({"1000H,3600000", "70000M,4200000", "90000S,90000", "9000000m,9000"})
  void unitsAreThoseOfGrpc(String header, long seconds) throws StatusException {
    Deadline deadline = CallTimeout.options(header).getDeadline();
    assertThat(deadline).isNotNull();
    assertThat(deadline.timeRemaining(TimeUnit.SECONDS)).isBetween(seconds - 600, seconds);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1u", "1n", "-5S"})
  void shortOnesAreOverAtOnce(String header) throws StatusException {
    Deadline deadline = CallTimeout.options(header).getDeadline();
    assertThat(deadline).isNotNull();
    while (!deadline.isExpired()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void withoutOneACallMayTakeAnyTime() throws StatusException {
    assertThat(CallTimeout.options(null)).isSameAs(CallOptions.DEFAULT);
    assertThat(CallTimeout.options("").getDeadline()).isNull();
    assertThat(CallTimeout.options("0S").getDeadline()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "5", "5s", "S", "1.5S", "99999999999999999999S", " 5S"})
  void otherTextsAreRefused(String header) {
    assertThatThrownBy(() -> CallTimeout.options(header))
        .isInstanceOf(StatusException.class)
        .hasMessage("INVALID_ARGUMENT: invalid grpc-timeout: " + header);
  }
}
