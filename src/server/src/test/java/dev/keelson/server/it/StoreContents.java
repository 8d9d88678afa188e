package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.HashKVRequest;
import dev.keelson.proto.etcdserverpb.HashKVResponse;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.LeaseLeasesRequest;
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.proto.mvccpb.Event;
import dev.keelson.proto.mvccpb.KeyValue;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** All that clients can see of a server's data. */
final class StoreContents {
  private static final ByteString ALL = ByteString.copyFrom(new byte[1]);
  private static final int PAGE = 10_000;
  private static final int DEADLINE_SECONDS = 120;

  private final ManagedChannel channel;

  StoreContents(ManagedChannel channel) {
    this.channel = channel;
  }

  /** Fails unless both servers show the same keys, history, leases and hashes. */
  static void assertSame(ManagedChannel actual, ManagedChannel expected) throws Exception {
    StoreContents ours = new StoreContents(actual);
    StoreContents theirs = new StoreContents(expected);
    long revision = theirs.revision();
    assertThat(ours.revision()).as("revision").isEqualTo(revision);
    HashKVResponse hash = theirs.hash(revision);
    assertThat(ours.hash(revision).getCompactRevision()).isEqualTo(hash.getCompactRevision());
    assertThat(ours.hash(revision).getHash()).as("HashKV").isEqualTo(hash.getHash());
    long oldest = Math.max(1, hash.getCompactRevision());
    for (long at : List.of(revision, (oldest + revision) / 2, oldest)) {
      assertThat(ours.keys(at)).as("keys at revision %d", at).isEqualTo(theirs.keys(at));
    }
    assertThat(ours.events(oldest + 1, revision))
        .as("events since %d", oldest)
        .isEqualTo(theirs.events(oldest + 1, revision));
    assertThat(ours.leases()).isEqualTo(theirs.leases());
  }

  long revision() {
    return kv().range(RangeRequest.newBuilder().setKey(ALL).setCountOnly(true).build())
        .getHeader()
        .getRevision();
  }

  HashKVResponse hash(long revision) {
    return MaintenanceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
  }

  /** Every key with all its metadata, as of a revision. */
  List<KeyValue> keys(long revision) {
    List<KeyValue> all = new ArrayList<>();
    ByteString from = ALL;
    while (true) {
      RangeResponse page =
          kv().range(
                  RangeRequest.newBuilder()
                      .setKey(from)
                      .setRangeEnd(ALL)
                      .setRevision(revision)
                      .setLimit(PAGE)
                      .build());
      all.addAll(page.getKvsList());
      if (!page.getMore()) {
        return all;
      }
      from = all.getLast().getKey().concat(ALL);
    }
  }

  /** Every change in a range of revisions, with what was there before. */
  List<Event> events(long from, long to) throws InterruptedException {
    List<Event> all = new ArrayList<>();
    if (from > to) {
      return all;
    }
    BlockingQueue<WatchResponse> responses = new LinkedBlockingQueue<>();
    StreamObserver<WatchRequest> requests =
        WatchGrpc.newStub(channel)
            .watch(
                new StreamObserver<>() {
                  @Override
                  public void onNext(WatchResponse response) {
                    responses.add(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    responses.add(
                        WatchResponse.newBuilder().setCancelReason(failure.toString()).build());
                  }

                  @Override
                  public void onCompleted() {
                    // the test ends the stream
                  }
                });
    requests.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder()
                    .setKey(ALL)
                    .setRangeEnd(ALL)
                    .setStartRevision(from)
                    .setPrevKv(true))
            .build());
    while (all.isEmpty() || all.getLast().getKv().getModRevision() < to) {
      WatchResponse response = responses.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
      assertThat(response).as("events after %d of %d to %d", all.size(), from, to).isNotNull();
      assertThat(response.getCancelReason()).isEmpty();
      all.addAll(response.getEventsList());
    }
    requests.onCompleted();
    return all;
  }

  /** The granted time of each lease and its keys. */
  List<String> leases() {
    LeaseGrpc.LeaseBlockingStub stub = LeaseGrpc.newBlockingStub(channel);
    return stub.leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList().stream()
        .map(
            lease ->
                stub.leaseTimeToLive(
                    LeaseTimeToLiveRequest.newBuilder().setID(lease.getID()).setKeys(true).build()))
        .map(each -> each.getID() + " " + each.getGrantedTTL() + " " + texts(each.getKeysList()))
        .sorted()
        .toList();
  }

  /** etcd names the keys of a lease in no particular order. */
  private static List<String> texts(List<ByteString> keys) {
    return keys.stream().map(key -> key.toString(StandardCharsets.ISO_8859_1)).sorted().toList();
  }

  private KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }
}
