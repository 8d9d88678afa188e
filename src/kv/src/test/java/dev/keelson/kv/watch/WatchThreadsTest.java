package dev.keelson.kv.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.proto.etcdserverpb.WatchResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The hub on real threads: sinks that stall all the time, streams that come and go. */
class WatchThreadsTest {
  private static final int REVISIONS = 4_000;
  private static final int CLIENTS = 24;
  private static final String KEY = "a";

  /** Stalls after every few responses until its reader thread has had a turn. */
  private static final class StallingSink implements WatchSink {
    private final ExecutorService readers;
    private final CountDownLatch complete;
    private final Queue<String> errors;
    private final AtomicInteger unread = new AtomicInteger();
    private volatile WatchStream stream;

    /** The revision due next; written by the creating thread, then under the stream's lock. */
    private long next;

    private boolean finished;

    @SuppressWarnings("NullAway.Init")
    StallingSink(ExecutorService readers, CountDownLatch complete, Queue<String> errors) {
      this.readers = readers;
      this.complete = complete;
      this.errors = errors;
    }

    @Override
    public boolean isReady() {
      return unread.get() < 3;
    }

    @Override
    public void send(WatchFrame frame) {
      if (unread.incrementAndGet() == 3) {
        readers.execute(
            () -> {
              unread.set(0);
              stream.onReady();
            });
      }
      WatchResponse response = decode(frame);
      if (response.getCreated()) {
        // A watch from now may even begin after the last put; then it is complete at once.
        next = next == 0 ? response.getHeader().getRevision() + 1 : next;
      }
      response
          .getEventsList()
          .forEach(
              event -> {
                if (event.getKv().getModRevision() != next) {
                  errors.add("expected " + next + ", got " + event.getKv().getModRevision());
                }
                next = event.getKv().getModRevision() + 1;
              });
      if (next == REVISIONS + 2 && !finished) {
        finished = true;
        complete.countDown();
      }
    }

    private static WatchResponse decode(WatchFrame frame) {
      try {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        frame.writeTo(out);
        return WatchResponse.parseFrom(out.toByteArray());
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
    }
  }

  @Test
  @Timeout(60)
  void everyWatchGetsEveryRevisionOnceInOrder() throws Exception {
    MemoryStore store = new MemoryStore();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    Queue<String> errors = new ConcurrentLinkedQueue<>();
    CountDownLatch complete = new CountDownLatch(CLIENTS);
    try (ExecutorService pool = Executors.newFixedThreadPool(6)) {
      WatchSettings settings = new WatchSettings(20_000, 4_000, 2 << 20);
      WatchHub hub = new WatchHub(store, 1, 2, () -> 3, settings, pool, pool, failures::add);
      List<Future<?>> work = new ArrayList<>();
      work.add(
          pool.submit(
              () -> {
                for (int i = 0; i < REVISIONS; i++) {
                  hub.publish(List.of(store.put(KEY, "v" + i)));
                }
              }));
      for (int i = 0; i < CLIENTS; i++) {
        boolean fromTheStart = i % 2 == 0;
        work.add(
            pool.submit(
                () -> {
                  StallingSink sink = new StallingSink(pool, complete, errors);
                  sink.next = fromTheStart ? 2 : 0;
                  sink.stream = hub.open(sink);
                  sink.stream.create(Specs.from(Specs.key(KEY), sink.next));
                }));
        work.add(
            pool.submit(
                () -> {
                  RecordingSink brief = new RecordingSink();
                  WatchStream stream = hub.open(brief);
                  stream.create(Specs.from(Specs.everything(), 2));
                  stream.requestProgress();
                  stream.cancel(0);
                  stream.close();
                }));
      }
      for (Future<?> each : work) {
        each.get();
      }
      complete.await();
      assertThat(errors).isEmpty();
      assertThat(failures).isEmpty();
      assertThat(hub.metrics().watchers()).isEqualTo(CLIENTS);
      hub.close();
    }
  }
}
