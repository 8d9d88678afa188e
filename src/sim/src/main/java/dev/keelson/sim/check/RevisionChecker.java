package dev.keelson.sim.check;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.DeleteRangeResponse;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.PutResponse;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.ResponseOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.etcdserverpb.TxnResponse;
import dev.keelson.proto.mvccpb.Event;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a history is strictly serializable, in about linear time, because the order is
 * known: every write has a revision of its own, and every answer names the revision it is of. What
 * remains is to hold each answer against the state of its revision, and the revisions against real
 * time. etcd's robustness tests judge their histories in the same way ({@code
 * tests/robustness/validate}).
 *
 * <p>Values must be unique: every put of every client has a value that no other has.
 */
public final class RevisionChecker {
  private static final ByteString FIRST_KEY = ByteString.copyFrom(new byte[] {0});

  private final KeyHistory history;
  private final Map<ByteString, Long> revisionOfValue = new HashMap<>();

  /** An answer at a revision, and whether it made that revision. */
  private record Placed(Operation operation, long revision, boolean wrote, boolean current) {}

  private RevisionChecker(KeyHistory history) {
    this.history = history;
  }

  /**
   * Checks a history.
   *
   * @param history all that was committed
   * @param operations what the clients did, in any order
   * @throws Violation that says what is wrong
   */
  public static void check(KeyHistory history, List<Operation> operations) {
    RevisionChecker checker = new RevisionChecker(history);
    checker.indexValues();
    checker.checkValues(operations);
    checkRealTime(checker.checkAnswers(operations));
  }

  private void indexValues() {
    for (long each = KeyHistory.FIRST_REVISION + 1; each <= history.revision(); each++) {
      long revision = each;
      for (Event event : history.events(revision)) {
        if (event.getType() == Event.EventType.PUT) {
          Long other = revisionOfValue.putIfAbsent(event.getKv().getValue(), revision);
          Violation.unless(
              other == null || other == revision,
              () ->
                  "executed twice: %s at revisions %d and %d"
                      .formatted(event.getKv().getValue().toStringUtf8(), other, revision));
        }
      }
    }
  }

  /** What was refused has not happened, and what was not sent has not either. */
  private void checkValues(List<Operation> operations) {
    Set<ByteString> sent = new HashSet<>();
    for (Operation operation : operations) {
      for (ByteString value : valuesOf(operation)) {
        sent.add(value);
        Long done = revisionOfValue.get(value);
        if (operation.refused() && done != null) {
          throw new Violation("refused and done: " + operation + ", at revision " + done);
        }
      }
    }
    revisionOfValue.forEach(
        (value, revision) ->
            Violation.unless(
                sent.contains(value),
                () -> "nobody wrote %s of revision %d".formatted(value.toStringUtf8(), revision)));
  }

  private static List<ByteString> valuesOf(Operation operation) {
    if (operation.request() instanceof PutRequest put) {
      return List.of(put.getValue());
    }
    List<ByteString> values = new ArrayList<>();
    if (operation.request() instanceof TxnRequest txn) {
      txn.getSuccessList().forEach(op -> addValue(op, values));
      txn.getFailureList().forEach(op -> addValue(op, values));
    }
    return values;
  }

  private static void addValue(RequestOp op, List<ByteString> values) {
    if (op.hasRequestPut()) {
      values.add(op.getRequestPut().getValue());
    }
  }

  private List<Placed> checkAnswers(List<Operation> operations) {
    List<Placed> placed = new ArrayList<>();
    for (Operation operation : operations) {
      if (operation.response() != null) {
        Placed place = place(operation);
        if (place != null) {
          placed.add(place);
        }
      }
    }
    return placed;
  }

  private @Nullable Placed place(Operation operation) {
    switch (operation.response()) {
      case PutResponse response -> {
        return write(operation, response.getHeader().getRevision());
      }
      case DeleteRangeResponse response -> {
        long revision = response.getHeader().getRevision();
        return response.getDeleted() > 0 ? write(operation, revision) : read(operation, revision);
      }
      case TxnResponse response -> {
        long revision = response.getHeader().getRevision();
        return wrote(response) ? write(operation, revision) : read(operation, revision);
      }
      case RangeResponse response -> {
        return read(operation, response.getHeader().getRevision());
      }
      case null, default -> {
        return null;
      }
    }
  }

  private static boolean wrote(TxnResponse response) {
    for (ResponseOp op : response.getResponsesList()) {
      if (op.hasResponsePut() || op.getResponseDeleteRange().getDeleted() > 0) {
        return true;
      }
    }
    return false;
  }

  private Placed write(Operation operation, long revision) {
    requireKnown(operation, revision);
    Model model = stateAt(revision - 1);
    requireEqual(operation, expected(model, operation));
    Violation.unless(
        model.end().equals(history.events(revision)),
        () ->
            "revision %d is not what was acknowledged for %s: %s"
                .formatted(revision, operation, history.events(revision)));
    return new Placed(operation, revision, true, true);
  }

  private Placed read(Operation operation, long revision) {
    requireKnown(operation, revision);
    boolean serializable = false;
    long at = revision;
    if (operation.request() instanceof RangeRequest range) {
      serializable = range.getSerializable();
      at = range.getRevision() > 0 ? range.getRevision() : revision;
    }
    Violation.unless(at <= revision, () -> "a read of the future: %s".formatted(operation));
    requireEqual(operation, expected(stateAt(at), operation));
    return new Placed(operation, revision, false, !serializable);
  }

  private void requireKnown(Operation operation, long revision) {
    Violation.unless(
        revision >= KeyHistory.FIRST_REVISION && revision <= history.revision(),
        () ->
            "revision %d of %d: acknowledged and lost, or never committed: %s"
                .formatted(revision, history.revision(), operation));
  }

  private Model stateAt(long revision) {
    return new Model(revision, history.range(FIRST_KEY, FIRST_KEY, revision));
  }

  private static MessageLite expected(Model model, Operation operation) {
    return switch (operation.request()) {
      case PutRequest put -> model.put(put);
      case DeleteRangeRequest delete -> model.delete(delete);
      case TxnRequest txn -> model.txn(txn);
      case RangeRequest range -> model.range(range);
      default -> throw new IllegalArgumentException("not in the model: " + operation);
    };
  }

  private static void requireEqual(Operation operation, MessageLite expected) {
    MessageLite actual = Headers.without(operation.response());
    Violation.unless(
        expected.equals(actual),
        () -> "wrong answer to %s, expected %s".formatted(operation, Texts.of(expected)));
  }

  /** Whatever is invoked after something returned must not be placed before it. */
  private static void checkRealTime(List<Placed> placed) {
    List<Placed> byInvocation = new ArrayList<>(placed);
    byInvocation.sort(Comparator.comparingLong((Placed each) -> each.operation.invoked()));
    List<Placed> byReturn = new ArrayList<>(placed);
    byReturn.sort(Comparator.comparingLong((Placed each) -> each.operation.returned()));
    Placed newest = null;
    int returned = 0;
    for (Placed each : byInvocation) {
      while (byReturn.get(returned).operation.returned() < each.operation.invoked()) {
        Placed candidate = byReturn.get(returned++);
        if (newest == null || candidate.revision > newest.revision) {
          newest = candidate;
        }
      }
      Placed before = newest;
      if (before != null && each.current) {
        Violation.unless(
            each.wrote ? each.revision > before.revision : each.revision >= before.revision,
            () ->
                "stale: %s at revision %d, although before it %s was at revision %d"
                    .formatted(each.operation, each.revision, before.operation, before.revision));
      }
    }
  }
}
