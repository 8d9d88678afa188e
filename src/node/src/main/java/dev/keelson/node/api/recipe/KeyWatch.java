package dev.keelson.node.api.recipe;

import com.google.protobuf.ByteString;
import dev.keelson.kv.error.KvError;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import io.grpc.Status;
import io.grpc.StatusException;
import java.io.InputStream;

/** One watch; to be closed. For one thread. */
final class KeyWatch implements AutoCloseable {
  private final LocalCall<?, ?> call;

  /**
   * Begins to watch.
   *
   * @param rangeEnd empty for the key alone
   * @param startRevision the first revision of interest
   */
  KeyWatch(
      LocalServices services,
      Caller caller,
      ByteString key,
      ByteString rangeEnd,
      long startRevision) {
    call = services.open(WatchGrpc.getWatchMethod(), caller);
    call.send(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder()
                    .setKey(key)
                    .setRangeEnd(rangeEnd)
                    .setStartRevision(startRevision))
            .build());
  }

  /**
   * Waits for a response with events.
   *
   * @throws StatusException when the watch has ended
   */
  WatchResponse next() throws StatusException, InterruptedException {
    while (true) {
      InputStream message = call.next();
      if (message == null) {
        throw Status.UNKNOWN.withDescription("lost watcher waiting for delete").asException();
      }
      WatchResponse response = LocalServices.parsed(WatchGrpc.getWatchMethod(), message);
      if (response.getCanceled()) {
        throw Status.UNKNOWN.withDescription(reason(response)).asException();
      }
      if (response.getEventsCount() > 0) {
        return response;
      }
    }
  }

  private static String reason(WatchResponse canceled) {
    return canceled.getCompactRevision() != 0
        ? KvError.COMPACTED.text()
        : canceled.getCancelReason();
  }

  @Override
  public void close() {
    call.cancel();
  }
}
