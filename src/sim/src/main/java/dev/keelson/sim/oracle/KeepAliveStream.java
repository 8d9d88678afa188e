package dev.keelson.sim.oracle;

import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The keep-alive stream of one side: one answer per renewal. */
final class KeepAliveStream implements StreamObserver<LeaseKeepAliveResponse> {
  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  private final StreamObserver<LeaseKeepAliveRequest> requests;

  KeepAliveStream(Channel channel) {
    requests = LeaseGrpc.newStub(channel).leaseKeepAlive(this);
  }

  void send(LeaseKeepAliveRequest request) {
    requests.onNext(request);
  }

  Answer take(long timeoutMillis) throws InterruptedException {
    Answer answer = answers.poll(timeoutMillis, TimeUnit.MILLISECONDS);
    return answer == null ? new Answer.Silence("keep-alive answer") : answer;
  }

  @Override
  public void onNext(LeaseKeepAliveResponse response) {
    answers.add(new Answer.Response(response));
  }

  @Override
  public void onError(Throwable failure) {
    Status status = Status.fromThrowable(failure);
    String text = status.getDescription();
    answers.add(new Answer.Failure(status.getCode(), text == null ? "" : text));
  }

  @Override
  public void onCompleted() {
    answers.add(new Answer.Failure(Status.Code.OK, "stream ended"));
  }
}
