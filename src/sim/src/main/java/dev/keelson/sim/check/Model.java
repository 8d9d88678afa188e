package dev.keelson.sim.check;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.Compare;
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
import dev.keelson.proto.mvccpb.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What etcd's key-value requests mean, said as simply as possible: a sorted map and a number. Knows
 * the requests that the simulated clients send: no sorting by other than the key, no nested
 * transactions, compares of single keys.
 */
final class Model {
  private final TreeMap<ByteString, KeyValue> rows =
      new TreeMap<>(ByteString.unsignedLexicographicalComparator());
  private long revision;
  private List<Event> events = new ArrayList<>();

  Model(long revision, List<KeyValue> state) {
    this.revision = revision;
    for (KeyValue each : state) {
      rows.put(each.getKey(), each);
    }
  }

  long revision() {
    return revision;
  }

  @Nullable KeyValue get(ByteString key) {
    return rows.get(key);
  }

  /**
   * Ends a request: what it changed becomes the next revision, if it changed anything.
   *
   * @return the events of that revision, none if there is none
   */
  List<Event> end() {
    List<Event> made = events;
    events = new ArrayList<>();
    if (!made.isEmpty()) {
      revision++;
    }
    return made;
  }

  PutResponse put(PutRequest request) {
    PutResponse.Builder response = PutResponse.newBuilder();
    KeyValue before = rows.get(request.getKey());
    long next = revision + 1;
    KeyValue after =
        KeyValue.newBuilder()
            .setKey(request.getKey())
            .setValue(request.getValue())
            .setLease(request.getLease())
            .setModRevision(next)
            .setCreateRevision(before == null ? next : before.getCreateRevision())
            .setVersion(before == null ? 1 : before.getVersion() + 1)
            .build();
    rows.put(request.getKey(), after);
    events.add(Event.newBuilder().setType(Event.EventType.PUT).setKv(after).build());
    if (request.getPrevKv() && before != null) {
      response.setPrevKv(before);
    }
    return response.build();
  }

  DeleteRangeResponse delete(DeleteRangeRequest request) {
    DeleteRangeResponse.Builder response = DeleteRangeResponse.newBuilder();
    for (KeyValue each : within(request.getKey(), request.getRangeEnd())) {
      delete(each.getKey());
      response.setDeleted(response.getDeleted() + 1);
      if (request.getPrevKv()) {
        response.addPrevKvs(each);
      }
    }
    return response.build();
  }

  void delete(ByteString key) {
    if (rows.remove(key) != null) {
      events.add(
          Event.newBuilder()
              .setType(Event.EventType.DELETE)
              .setKv(KeyValue.newBuilder().setKey(key).setModRevision(revision + 1))
              .build());
    }
  }

  RangeResponse range(RangeRequest request) {
    RangeResponse.Builder response = RangeResponse.newBuilder();
    List<KeyValue> found = within(request.getKey(), request.getRangeEnd());
    response.setCount(found.size());
    long limit = request.getLimit() <= 0 ? Long.MAX_VALUE : request.getLimit();
    response.setMore(found.size() > limit);
    if (!request.getCountOnly()) {
      found.stream().limit(limit).forEach(response::addKvs);
    }
    return response.build();
  }

  private List<KeyValue> within(ByteString key, ByteString end) {
    List<KeyValue> found = new ArrayList<>();
    for (KeyValue each : rows.tailMap(key, true).values()) {
      if (!KeyHistory.contains(key, end, each.getKey())) {
        break;
      }
      found.add(each);
    }
    return found;
  }

  TxnResponse txn(TxnRequest request) {
    boolean succeeded = request.getCompareList().stream().allMatch(this::holds);
    TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(succeeded);
    for (RequestOp op : succeeded ? request.getSuccessList() : request.getFailureList()) {
      ResponseOp.Builder answer = ResponseOp.newBuilder();
      switch (op.getRequestCase()) {
        case REQUEST_PUT -> answer.setResponsePut(put(op.getRequestPut()));
        case REQUEST_DELETE_RANGE ->
            answer.setResponseDeleteRange(delete(op.getRequestDeleteRange()));
        case REQUEST_RANGE -> answer.setResponseRange(range(op.getRequestRange()));
        case REQUEST_TXN, REQUEST_NOT_SET ->
            throw new IllegalArgumentException("not in the model: " + op);
      }
      response.addResponses(answer);
    }
    return response.build();
  }

  private boolean holds(Compare compare) {
    KeyValue row = rows.get(compare.getKey());
    if (row == null && compare.getTarget() == Compare.CompareTarget.VALUE) {
      return false;
    }
    KeyValue actual = row == null ? KeyValue.getDefaultInstance() : row;
    int order =
        switch (compare.getTarget()) {
          case VERSION -> Long.compare(actual.getVersion(), compare.getVersion());
          case CREATE -> Long.compare(actual.getCreateRevision(), compare.getCreateRevision());
          case MOD -> Long.compare(actual.getModRevision(), compare.getModRevision());
          case LEASE -> Long.compare(actual.getLease(), compare.getLease());
          case VALUE ->
              ByteString.unsignedLexicographicalComparator()
                  .compare(actual.getValue(), compare.getValue());
          case UNRECOGNIZED -> throw new IllegalArgumentException("not in the model: " + compare);
        };
    return switch (compare.getResult()) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case GREATER -> order > 0;
      case LESS -> order < 0;
      case UNRECOGNIZED -> throw new IllegalArgumentException("not in the model: " + compare);
    };
  }
}
