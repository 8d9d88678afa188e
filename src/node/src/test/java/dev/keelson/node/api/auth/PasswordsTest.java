package dev.keelson.node.api.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** bcrypt as etcd uses it. */
class PasswordsTest {
  private final Passwords passwords = new Passwords(4);

  @AfterEach
  void close() {
    passwords.close();
  }

  @Test
  void aHashMatchesItsPasswordAlone() throws KvException {
    byte[] hash = passwords.hash("secret \u00e4");
    assertThat(new String(hash, java.nio.charset.StandardCharsets.US_ASCII)).startsWith("$2a$04$");
    assertThat(passwords.matches("secret \u00e4", ByteString.copyFrom(hash))).isTrue();
    assertThat(passwords.matches("secret", ByteString.copyFrom(hash))).isFalse();
    assertThat(passwords.matches("", ByteString.copyFrom(hash))).isFalse();
    assertThat(passwords.hash("secret \u00e4")).as("salted").isNotEqualTo(hash);
  }

  /** Made by etcd 3.5.16 for the password {@code rootpw}. */
  @Test
  void aHashOfEtcdMatches() {
    ByteString hash =
        ByteString.copyFromUtf8("$2a$04$TVevmhS8CoWG...DdvPkB.jHarYFzn8EW1Rb.RBAeBSFOXksA.bi.");
    assertThat(passwords.matches("rootpw", hash)).isTrue();
    assertThat(passwords.matches("rootpx", hash)).isFalse();
  }

  @Test
  void moreThanBcryptLooksAtIsRefused() throws KvException {
    String longest = "x".repeat(72);
    assertThat(passwords.matches(longest, ByteString.copyFrom(passwords.hash(longest)))).isTrue();
    assertThatThrownBy(() -> passwords.hash("x".repeat(73)))
        .isInstanceOfSatisfying(
            KvException.class, e -> assertThat(e.error()).isEqualTo(KvError.PASSWORD_TOO_LONG));
  }

  @Test
  void whatIsNoHashMatchesNothing() {
    for (String hash : new String[] {"", "x", "$2a$04$", "$2a$99$" + "a".repeat(53)}) {
      assertThat(passwords.matches("", ByteString.copyFromUtf8(hash))).as(hash).isFalse();
    }
    passwords.pretend("x");
  }

  @Test
  void tooMuchWaitingIsRefused() {
    CountDownLatch held = new CountDownLatch(1);
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 10_000; i++) {
                passwords.execute(
                    () -> {
                      try {
                        held.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    });
              }
            })
        .isInstanceOf(RejectedExecutionException.class);
    held.countDown();
  }
}
