package dev.keelson.kv;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.lease.Leases;
import dev.keelson.kv.mvcc.CompactedException;
import dev.keelson.kv.mvcc.Event;
import dev.keelson.kv.mvcc.EventLog;
import dev.keelson.kv.mvcc.Families;
import dev.keelson.kv.mvcc.Revision;
import dev.keelson.kv.mvcc.RevisionEvents;
import dev.keelson.kv.mvcc.StoreHash;
import dev.keelson.kv.mvcc.View;
import dev.keelson.kv.mvcc.ViewRows;
import dev.keelson.kv.txn.AnswerBudget;
import dev.keelson.kv.txn.OpResult;
import dev.keelson.kv.txn.RangeReader;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.ResponseOp;
import dev.keelson.proto.mvccpb.KeyValue;
import dev.keelson.storage.backend.Cursor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random histories against {@link Model}: batches of entries, reads between them, compaction in
 * small steps, flushes at any entry boundary, and crashes followed by a replay of the log. A seed
 * that fails is named.
 */
class StateMachineModelTest {
  private static final int SEEDS = 200;
  private static final int BATCHES = 14;

  @Test
  void answersLikeTheModelAndReplaysToTheSameState() {
    for (long seed = 0; seed < SEEDS; seed++) {
      try {
        new Run(seed).run();
      } catch (Throwable e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }

  private static final class Run {
    private final Random random;
    private final Model model = new Model();
    private final Workload workload;
    private final Machine machine = new Machine();
    private final List<InternalRaftRequest> log = new ArrayList<>();

    Run(long seed) {
      random = new Random(seed);
      workload = new Workload(random, model);
    }

    private boolean oneIn(int n) {
      return random.nextInt(n) == 0;
    }

    void run() throws KvException, CompactedException {
      for (int batch = 0; batch < BATCHES; batch++) {
        applyBatch();
        for (int i = 0; i < 6; i++) {
          read(workload.range());
        }
        if (oneIn(3)) {
          machine.state().store().compactor().step(1 + random.nextInt(8));
        }
        if (oneIn(4)) {
          machine.flush();
        }
        if (oneIn(6)) {
          crash();
        }
      }
      checkLeases();
      machine.finishCompaction();
      checkEvents();
      checkReplayFromTheStart();
      machine.close();
    }

    private void applyBatch() {
      int changesBefore = model.changes.size();
      for (int i = 1 + random.nextInt(20); i > 0; i--) {
        InternalRaftRequest entry = workload.entry();
        log.add(entry);
        assertThat(outcome(entry)).as("%s", entry).isEqualTo(expected(entry));
        assertThat(machine.revision()).as("revision after %s", entry).isEqualTo(model.revision);
        if (oneIn(12)) {
          // a flush of the backend's own making knows nothing of batches and counts
          machine.backend().flush();
        }
        if (oneIn(40)) {
          machine.crash();
          long opened = machine.revision();
          machine.replay();
          changesBefore =
              (int) model.changes.stream().filter(change -> change.main() <= opened).count();
        }
      }
      List<Event> published = flatten(machine.commit());
      List<Model.Change> changes = model.changes;
      assertEvents(published, changes.subList(changesBefore, changes.size()));
    }

    private Object outcome(InternalRaftRequest entry) {
      Applied applied = machine.applyOnly(entry);
      KvException failure = applied.failure();
      if (failure != null) {
        return failure.error();
      }
      return applied.result() instanceof OpResult result ? Responses.of(result) : "done";
    }

    private Object expected(InternalRaftRequest entry) {
      try {
        ResponseOp response = model.apply(entry);
        if (response == null) {
          return "done";
        }
        return response;
      } catch (KvException e) {
        return e.error();
      }
    }

    private void read(RangeRequest request) {
      Object expected;
      try {
        ModelRange.checkRevision(model, request.getRevision());
        long at = request.getRevision() <= 0 ? model.revision : request.getRevision();
        expected = ModelRange.read(model.state(at), request, model.revision);
      } catch (KvException e) {
        expected = e.error();
      }
      assertThat(answer(request)).as("%s", request).isEqualTo(expected);
    }

    private Object answer(RangeRequest request) {
      try (View view = machine.state().store().views().acquire()) {
        return Responses.of(RangeReader.read(new ViewRows(view), request, AnswerBudget.held()));
      } catch (KvException e) {
        return e.error();
      }
    }

    private void crash() {
      machine.finishCompaction();
      SortedMap<String, String> before = machine.dump();
      machine.crash();
      machine.replay();
      machine.commit();
      machine.finishCompaction();
      assertThat(machine.dump()).isEqualTo(before);
    }

    private void checkLeases() {
      Leases leases = machine.state().leases();
      assertThat(leases.all().stream().map(Leases.Granted::id).sorted().toList())
          .isEqualTo(List.copyOf(model.leases));
      int attached = 0;
      for (long id : model.leases) {
        List<ByteString> keys =
            Leases.attachedKeys(machine.backend(), id).stream().map(ByteString::copyFrom).toList();
        assertThat(keys).isEqualTo(model.attached(id));
        attached += keys.size();
      }
      try (Cursor cursor = machine.backend().ascending(Families.LEASE_KEYS, new byte[0], null)) {
        for (; cursor.next(); attached--) {
          // counts those that belong to no lease
        }
      }
      assertThat(attached).isZero();
    }

    private void checkEvents() throws CompactedException {
      // the reader's view must show that compaction is finished
      InternalRaftRequest empty = Requests.compact(-1);
      log.add(empty);
      machine.apply(empty);
      EventLog events = machine.state().store().log();
      assertThat(events.currentRevision()).isEqualTo(model.revision);
      assertThat(events.compactRevision()).isEqualTo(model.compacted);
      long first = Math.max(0, model.compacted);
      for (long from = first; from <= model.revision + 1; from += 1 + random.nextInt(9)) {
        List<RevisionEvents> all = events.read(from, Integer.MAX_VALUE, Long.MAX_VALUE);
        assertEvents(flatten(all), expectedEvents(from));
        List<RevisionEvents> few = events.read(from, 2, Long.MAX_VALUE);
        assertThat(few).hasSize(Math.min(2, all.size()));
        assertEvents(flatten(few), expectedEvents(from).subList(0, flatten(few).size()));
        assertThat(events.read(from, 9, 1)).hasSize(Math.min(1, all.size()));
      }
      if (model.compacted > 0) {
        assertThatThrownBy(() -> events.read(model.compacted - 1, 1, 1))
            .isInstanceOfSatisfying(
                CompactedException.class,
                e -> assertThat(e.compactRevision()).isEqualTo(model.compacted));
      }
    }

    /** All changes from a revision on, but for puts at or below the compaction that it removed. */
    private List<Model.Change> expectedEvents(long from) {
      return model.changes.stream()
          .filter(change -> change.main() >= from && !removed(change))
          .toList();
    }

    private boolean removed(Model.Change change) {
      Model.Cell put = change.after();
      if (put == null) {
        return false;
      }
      return model.changes.stream()
          .anyMatch(later -> later.main() <= model.compacted && put.equals(later.before()));
    }

    /** An event with its bytes decoded. */
    private record Seen(
        boolean deletion,
        ByteString key,
        Revision at,
        KeyValue keyValue,
        long createRevision,
        Revision previous) {
      static Seen of(Event event) {
        return new Seen(
            event.deletion(),
            ByteString.copyFrom(event.key()),
            new Revision(event.main(), event.sub()),
            Machine.decode(ByteString.copyFrom(event.keyValue())),
            event.createRevision(),
            event.previous());
      }

      /** What is compacted is not shown; live events may have been published before they were. */
      Seen readable(long compacted) {
        return at.main() > compacted
            ? this
            : new Seen(deletion, key, at, keyValue, createRevision, Revision.NONE);
      }

      static Seen of(Model.Change change, Model.@Nullable Cell before) {
        Model.Cell after = change.after();
        KeyValue deletion =
            KeyValue.newBuilder().setKey(change.key()).setModRevision(change.main()).build();
        return new Seen(
            after == null,
            change.key(),
            new Revision(change.main(), change.sub()),
            after == null ? deletion : after.row(),
            after == null ? 0 : after.row().getCreateRevision(),
            before == null
                ? Revision.NONE
                : new Revision(before.row().getModRevision(), before.sub()));
      }
    }

    private void assertEvents(List<Event> actual, List<Model.Change> expected) {
      assertThat(actual.stream().map(event -> Seen.of(event).readable(model.compacted)).toList())
          .isEqualTo(
              expected.stream().map(change -> Seen.of(change, visibleBefore(change))).toList());
      EventLog events = machine.state().store().log();
      for (Model.Change change : expected) {
        Model.Cell before = visibleBefore(change);
        if (before != null) {
          byte[] previous = requireNonNull(events.keyValueAt(Seen.of(change, before).previous()));
          if (!Machine.decode(ByteString.copyFrom(previous)).equals(before.row())) {
            throw new AssertionError(change + " is preceded by " + ByteString.copyFrom(previous));
          }
        }
      }
    }

    /** What the key was before the transaction; a put that follows a deletion in it creates. */
    private Model.@Nullable Cell visibleBefore(Model.Change change) {
      if (change.before() == null || change.main() <= model.compacted) {
        return null;
      }
      return model.changes.stream()
          .filter(each -> each.main() == change.main() && each.key().equals(change.key()))
          .findFirst()
          .orElseThrow()
          .before();
    }

    private static List<Event> flatten(List<RevisionEvents> revisions) {
      List<Event> events = new ArrayList<>();
      for (RevisionEvents each : revisions) {
        assertThat(each.events()).isNotEmpty().allMatch(event -> event.main() == each.revision());
        events.addAll(each.events());
      }
      return events;
    }

    /** Another member carries out the same log in one batch, and compacts only at the end. */
    private void checkReplayFromTheStart() throws KvException {
      try (Machine other = new Machine()) {
        log.forEach(other::applyOnly);
        other.commit();
        long step = 1 + model.revision / 4;
        for (long revision = Math.max(1, model.compacted);
            revision <= model.revision;
            revision += step) {
          assertThat(hashKv(other, revision)).isEqualTo(hashKv(machine, revision));
        }
        other.finishCompaction();
        assertThat(other.dump()).isEqualTo(machine.dump());
      }
    }

    private static StoreHash.HashKv hashKv(Machine machine, long revision) throws KvException {
      try (View view = machine.state().store().views().acquire()) {
        return StoreHash.hashKv(view, revision);
      }
    }
  }
}
