package dev.keelson.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names are compared with addresses in bounded time, however slow the name server is. */
@Timeout(60)
class NameLookupsTest {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(20);

  private final Names names = new Names();
  private final InetAddress address = ip("10.1.2.3");

  /** A name server that is told what it knows, and which questions it hangs at. */
  private static final class Names implements NameLookups.NameServer {
    final Map<String, List<InetAddress>> forward = new ConcurrentHashMap<>();
    final Map<InetAddress, String> reverse = new ConcurrentHashMap<>();
    final Map<String, CountDownLatch> hanging = new ConcurrentHashMap<>();
    final AtomicInteger asked = new AtomicInteger();

    CountDownLatch hangAt(String question) {
      CountDownLatch released = new CountDownLatch(1);
      hanging.put(question, released);
      return released;
    }

    private void maybeHang(String question) {
      asked.incrementAndGet();
      CountDownLatch latch = hanging.get(question);
      if (latch != null) {
        try {
          latch.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }

    @Override
    public List<InetAddress> addresses(String name) throws UnknownHostException {
      maybeHang(name);
      List<InetAddress> known = forward.get(name);
      if (known == null) {
        throw new UnknownHostException(name);
      }
      return known;
    }

    @Override
    public String name(InetAddress asked) {
      maybeHang(asked.getHostAddress());
      return reverse.getOrDefault(asked, asked.getHostAddress());
    }
  }

  private static InetAddress ip(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private boolean bears(Duration limit, String... patterns) throws TimeoutException {
    return new NameLookups(names).bearsOneOf(address, List.of(patterns), limit);
  }

  @Test
  void aNameThatResolvesToTheAddressFits() throws Exception {
    names.forward.put("b.example", List.of(ip("10.9.9.9"), address));
    assertThat(bears(LONG, "a.example", "b.example")).isTrue();
    assertThat(bears(LONG, "a.example")).isFalse();
  }

  @Test
  void theAddressesOwnNameFitsPatternsAndNames() throws Exception {
    names.reverse.put(address, "M-0.Peers.ns.svc");
    assertThat(bears(LONG, "*.peers.ns.svc")).isTrue();
    assertThat(bears(LONG, "*.ns.svc")).as("as in etcd, any depth").isTrue();
    assertThat(bears(LONG, "m-0.peers.ns.svc")).isTrue();
    assertThat(bears(LONG, "*.m-0.peers.ns.svc")).isFalse();
    assertThat(bears(LONG, "*.eers.ns.svc")).isFalse();
  }

  @Test
  void oneNameThatHangsDoesNotKeepAnotherFromFitting() throws Exception {
    CountDownLatch released = names.hangAt("a.example");
    names.hanging.put(address.getHostAddress(), released);
    names.forward.put("b.example", List.of(address));
    assertThat(bears(LONG, "a.example", "b.example")).isTrue();
    released.countDown();
  }

  @Test
  void whoWaitsIsLetGoAfterTheLimit() {
    CountDownLatch released = names.hangAt("a.example");
    assertThatThrownBy(() -> bears(SHORT, "a.example")).isInstanceOf(TimeoutException.class);
    released.countDown();
  }

  @Test
  void aLateAnswerServesTheNextWhoAsks() throws Exception {
    names.forward.put("a.example", List.of(address));
    CountDownLatch released = names.hangAt("a.example");
    NameLookups lookups = new NameLookups(names);
    assertThatThrownBy(() -> lookups.bearsOneOf(address, List.of("a.example"), SHORT))
        .isInstanceOf(TimeoutException.class);
    released.countDown();
    assertThat(lookups.bearsOneOf(address, List.of("a.example"), LONG)).isTrue();
    assertThat(names.asked).as("one question for the name, one for the address").hasValue(2);
  }

  @Test
  void manyWhoAskWhileTheNameServerHangsWaitForOneLookUp() {
    CountDownLatch released = names.hangAt("a.example");
    NameLookups lookups = new NameLookups(names);
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> lookups.bearsOneOf(address, List.of("a.example"), SHORT))
          .isInstanceOf(TimeoutException.class);
    }
    assertThat(names.asked.get()).isLessThanOrEqualTo(3);
    released.countDown();
  }
}
