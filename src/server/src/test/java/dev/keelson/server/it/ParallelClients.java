package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients of the API server that share out numbered pieces of work. A request that fails for a
 * while is tried again; any other refusal is noted, and fails the test in the end.
 */
final class ParallelClients implements AutoCloseable {
  private static final int THREADS = 8;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERRORS = 500;
  private static final int CLIENT_ERRORS = 400;
  private static final long PROGRESS_SECONDS = 120;

  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger retries = new AtomicInteger();
  private final Queue<String> refusals = new ConcurrentLinkedQueue<>();
  private volatile boolean stopping;

  /** One piece of work; not the first attempt if an earlier one may have happened or not. */
  interface Work {
    void attempt(KubernetesClient client, int number, boolean first);
  }

  ParallelClients(KubeApiServer server, int count, Work work) {
    for (int i = 0; i < THREADS; i++) {
      KubernetesClient client = server.connect();
      threads.add(Thread.ofPlatform().daemon().start(() -> run(client, count, work)));
    }
  }

  private void run(KubernetesClient client, int count, Work work) {
    for (int number = next.getAndIncrement();
        number < count && !stopping;
        number = next.getAndIncrement()) {
      boolean first = true;
      while (!stopping && !finished(client, number, work, first)) {
        first = false;
        retries.incrementAndGet();
      }
    }
  }

  private boolean finished(KubernetesClient client, int number, Work work, boolean first) {
    try {
      work.attempt(client, number, first);
      done.incrementAndGet();
      return true;
    } catch (KubernetesClientException e) {
      // not even a client's error: the connection failed, or there was no answer in time
      int code = e.getCode();
      if (code < CLIENT_ERRORS || code == TOO_MANY_REQUESTS || code >= SERVER_ERRORS) {
        return false;
      }
      refusals.add(number + ": " + e.getMessage());
      stopping = true;
      return true;
    }
  }

  /** Waits until so many pieces are done in all, as long as there is progress. */
  void await(int pieces) throws InterruptedException {
    int before = -1;
    long deadline = 0;
    for (int now = done.get(); now < pieces; now = done.get()) {
      if (now > before) {
        before = now;
        deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PROGRESS_SECONDS);
      }
      assertThat(refusals).isEmpty();
      assertThat(System.nanoTime())
          .as("%s of %s, %s tried again", now, pieces, retries)
          .isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(refusals).isEmpty();
  }

  /** How often something was tried again. */
  int retries() {
    return retries.get();
  }

  @Override
  public void close() {
    stopping = true;
  }
}
