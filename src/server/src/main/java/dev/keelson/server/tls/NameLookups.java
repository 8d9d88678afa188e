package dev.keelson.server.tls;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Whether an address bears one of some names, asked of DNS within a bounded time.
 *
 * <p>All names are asked for at once and the first that fits decides, as etcd's peer listener would
 * find it by asking one after the other: the address's own name (reverse look-up) is one of the
 * names or lies below a {@code *.} pattern, or a name resolves to the address. Whoever waits goes
 * away after the limit, but a look-up that was begun goes on, and its answer serves the next one
 * who asks: a peer is refused once by a slow name server and let in when it comes again.
 */
final class NameLookups {

  /** How long an answer serves others. */
  private static final Duration FOUND_SERVES = Duration.ofSeconds(5);

  /** The same for the answer that there is none: a joining member's name may be new. */
  private static final Duration NOTHING_SERVES = Duration.ofSeconds(1);

  private static final int THREADS = 8;
  private static final int WAITING_MAX = 256;
  private static final int ANSWERS_MAX = 1024;

  /** What is asked. Both calls may block for as long as name servers let them. */
  interface NameServer {

    /** The addresses of a name. */
    List<InetAddress> addresses(String name) throws UnknownHostException;

    /** The name of an address; the address itself as text when it has none. */
    String name(InetAddress address);
  }

  private static final NameServer SYSTEM =
      new NameServer() {
        @Override
        public List<InetAddress> addresses(String name) throws UnknownHostException {
          return Arrays.asList(InetAddress.getAllByName(name));
        }

        @Override
        public String name(InetAddress address) {
          return address.getCanonicalHostName();
        }
      };

  private final NameServer names;
  private final Executor threads = threads();
  private final Map<Object, Lookup> lookups = new HashMap<>(); // guarded by this

  /** A question that was asked, and until when its answer serves. */
  private static final class Lookup {
    final CompletableFuture<List<String>> answer = new CompletableFuture<>();
    private volatile long servesUntilNanos;

    boolean serves(long nowNanos) {
      return !answer.isDone() || nowNanos - servesUntilNanos < 0;
    }

    void answered(List<String> found) {
      Duration serves = found.isEmpty() ? NOTHING_SERVES : FOUND_SERVES;
      servesUntilNanos = System.nanoTime() + serves.toNanos();
      answer.complete(found);
    }
  }

  /** Asks the system's name servers. */
  NameLookups() {
    this(SYSTEM);
  }

  NameLookups(NameServer names) {
    this.names = names;
  }

  private static Executor threads() {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING_MAX),
            new DefaultThreadFactory("names", true));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /**
   * Whether the address bears one of the names.
   *
   * @param patterns names in lower case, or {@code *.} and what a name must end with
   * @param limit how long to wait for answers
   * @throws TimeoutException when no answer within the limit said yes, and some are missing
   */
  boolean bearsOneOf(InetAddress address, List<String> patterns, Duration limit)
      throws TimeoutException {
    CompletableFuture<Boolean> decision = new CompletableFuture<>();
    List<CompletableFuture<?>> asked = new ArrayList<>();
    for (String pattern : patterns) {
      if (!pattern.startsWith("*.")) {
        String text = address.getHostAddress();
        asked.add(ask(pattern, decision, text::equals, () -> texts(names.addresses(pattern))));
      }
    }
    asked.add(
        ask(
            address,
            decision,
            name -> patterns.stream().anyMatch(pattern -> fits(pattern, name)),
            () -> List.of(names.name(address).toLowerCase(Locale.ROOT))));
    var _ =
        CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
            .whenComplete((done, failed) -> decision.complete(false));
    try {
      return decision.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private CompletableFuture<?> ask(
      Object question,
      CompletableFuture<Boolean> decision,
      Predicate<String> fits,
      Question lookedUp) {
    return answer(question, lookedUp)
        .thenAccept(
            found -> {
              if (found.stream().anyMatch(fits)) {
                decision.complete(true);
              }
            });
  }

  /** One look-up; what it throws counts as no answer. */
  private interface Question {
    List<String> ask() throws UnknownHostException;
  }

  private synchronized CompletableFuture<List<String>> answer(Object question, Question lookedUp) {
    long now = System.nanoTime();
    Lookup known = lookups.get(question);
    if (known != null && known.serves(now)) {
      return known.answer;
    }
    if (lookups.size() >= ANSWERS_MAX) {
      lookups.values().removeIf(lookup -> !lookup.serves(now));
    }
    Lookup begun = new Lookup();
    lookups.put(question, begun);
    try {
      threads.execute(() -> run(begun, lookedUp));
    } catch (RejectedExecutionException e) {
      lookups.remove(question);
      begun.answered(List.of());
    }
    return begun.answer;
  }

  private static void run(Lookup lookup, Question question) {
    List<String> found = List.of();
    try {
      found = question.ask();
    } catch (UnknownHostException e) {
      found = List.of(); // a name without an address fits no address
    } finally {
      lookup.answered(found);
    }
  }

  private static List<String> texts(List<InetAddress> addresses) {
    return addresses.stream().map(InetAddress::getHostAddress).toList();
  }

  private static boolean fits(String pattern, String name) {
    return pattern.startsWith("*.") ? name.endsWith(pattern.substring(1)) : name.equals(pattern);
  }
}
