package dev.keelson.node.api.watch;

import dev.keelson.kv.watch.WatchFrame;
import dev.keelson.kv.watch.WatchHub;
import dev.keelson.kv.watch.WatchSink;
import dev.keelson.kv.watch.WatchSpec;
import dev.keelson.kv.watch.WatchStream;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest.FilterType;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.function.Consumer;

/**
 * One Watch call. gRPC calls the listener's methods one at a time; the hub calls the sink's from
 * its loops.
 *
 * <p>Back-pressure works both ways: events stop while the transport is not ready, and no further
 * request is taken until it is, so that a client that only writes cannot pile up answers.
 */
final class WatchCall extends ServerCall.Listener<WatchRequest> implements WatchSink {
  private final ServerCall<WatchRequest, WatchFrame> call;
  private final Metadata headers;
  private final WatchAuthorizer authorizer;
  private final boolean requiresLeader;
  private final Consumer<WatchCall> onEnd;
  private final WatchStream stream;

  /** Makes sending and closing exclusive, as ServerCall demands. Innermost lock. */
  private final Object sendLock = new Object();

  private boolean ended;

  /** A request was withheld because the transport was not ready. Listener's thread. */
  private boolean requestWithheld;

  WatchCall(
      ServerCall<WatchRequest, WatchFrame> call,
      Metadata headers,
      WatchHub hub,
      WatchAuthorizer authorizer,
      boolean requiresLeader,
      Consumer<WatchCall> onEnd) {
    this.call = call;
    this.headers = headers;
    this.authorizer = authorizer;
    this.requiresLeader = requiresLeader;
    this.onEnd = onEnd;
    this.stream = hub.open(this);
  }

  /** Whether the client wants the stream to end when there is no leader. */
  boolean requiresLeader() {
    return requiresLeader;
  }

  /** Answers with headers and takes the first request. */
  void start() {
    call.sendHeaders(new Metadata());
    call.request(1);
  }

  /** Ends the call from this side. Any thread; a second end is ignored. */
  void end(Status status) {
    stream.close();
    synchronized (sendLock) {
      if (!ended) {
        ended = true;
        call.close(status, new Metadata());
      }
    }
    onEnd.accept(this);
  }

  @Override
  public void onMessage(WatchRequest request) {
    switch (request.getRequestUnionCase()) {
      case CREATE_REQUEST -> create(request.getCreateRequest());
      case CANCEL_REQUEST -> stream.cancel(request.getCancelRequest().getWatchId());
      case PROGRESS_REQUEST -> stream.requestProgress();
      case REQUESTUNION_NOT_SET -> {
        // A request of a kind that only a newer client knows must not end the stream.
      }
    }
    requestWithheld = true;
    requestNext();
  }

  @Override
  public void onReady() {
    stream.onReady();
    requestNext();
  }

  /** The client will ask for nothing more, but goes on listening. */
  @Override
  public void onHalfClose() {}

  @Override
  public void onCancel() {
    ended();
  }

  @Override
  public void onComplete() {
    ended();
  }

  @Override
  public boolean isReady() {
    return call.isReady();
  }

  @Override
  public void send(WatchFrame frame) {
    synchronized (sendLock) {
      if (!ended) {
        call.sendMessage(frame);
      }
    }
  }

  private void create(WatchCreateRequest request) {
    WatchSpec spec =
        new WatchSpec(
            request.getKey().toByteArray(),
            request.getRangeEnd().toByteArray(),
            request.getStartRevision(),
            request.getProgressNotify(),
            request.getFiltersList().contains(FilterType.NOPUT),
            request.getFiltersList().contains(FilterType.NODELETE),
            request.getPrevKv(),
            request.getWatchId(),
            request.getFragment());
    String denied = authorizer.check(call, headers, spec.key(), spec.rangeEnd());
    if (denied != null) {
      stream.refuse(denied);
    } else {
      stream.create(spec);
    }
  }

  private void requestNext() {
    if (requestWithheld && call.isReady()) {
      requestWithheld = false;
      call.request(1);
    }
  }

  private void ended() {
    stream.close();
    synchronized (sendLock) {
      ended = true;
    }
    onEnd.accept(this);
  }
}
