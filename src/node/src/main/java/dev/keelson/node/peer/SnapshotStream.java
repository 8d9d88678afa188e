package dev.keelson.node.peer;

import com.google.protobuf.UnsafeByteOperations;
import dev.keelson.proto.peer.PeerGrpc;
import dev.keelson.proto.peer.SnapshotChunk;
import dev.keelson.proto.peer.SnapshotData;
import dev.keelson.proto.peer.SnapshotEnd;
import dev.keelson.proto.peer.SnapshotHeader;
import dev.keelson.proto.peer.SnapshotResult;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a snapshot, driven by a thread that may block. gRPC's flow control holds it back;
 * it is given up when nothing moves for {@value #STALLED_MILLIS} ms.
 */
final class SnapshotStream extends ClientCall.Listener<SnapshotResult> {
  private static final long STALLED_MILLIS = 30_000;

  /** More is handed over while this much waits for the network, so that it never runs dry. */
  private static final int UNSENT_BYTES = 512 << 10;

  /** The receiver's sync of everything is within its answer. */
  private static final long ANSWER_MILLIS = 300_000;

  private final ClientCall<SnapshotChunk, SnapshotResult> call;
  private @Nullable SnapshotResult result;
  private @Nullable Status closed;

  SnapshotStream(ManagedChannel channel, Metadata headers, SnapshotHeader header) {
    call =
        channel.newCall(
            PeerGrpc.getInstallSnapshotMethod(),
            CallOptions.DEFAULT.withOnReadyThreshold(UNSENT_BYTES));
    call.start(this, headers);
    call.request(1);
    call.sendMessage(SnapshotChunk.newBuilder().setHeader(header).build());
  }

  @Override
  public synchronized void onReady() {
    notifyAll();
  }

  @Override
  public synchronized void onMessage(SnapshotResult message) {
    result = message;
    notifyAll();
  }

  @Override
  public synchronized void onClose(Status status, Metadata trailers) {
    closed = status;
    notifyAll();
  }

  /**
   * Waits until more can be sent.
   *
   * @return false if the stream has ended: there is a result, or an error
   */
  synchronized boolean awaitReady() throws InterruptedException {
    long waited = 0;
    while (closed == null && result == null && !call.isReady()) {
      if (waited >= STALLED_MILLIS) {
        closed = Status.DEADLINE_EXCEEDED.withDescription("the receiver does not get on");
        break;
      }
      // notified when ready; the pause only bounds how late a stall is seen
      wait(1000);
      waited += 1000;
    }
    return closed == null && result == null;
  }

  /** Sends bytes; the buffer can be used again when this returns. */
  void send(long offset, ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    call.sendMessage(
        SnapshotChunk.newBuilder()
            .setData(
                SnapshotData.newBuilder()
                    .setOffset(offset)
                    .setData(UnsafeByteOperations.unsafeWrap(bytes))
                    .setCrc32C((int) crc.getValue()))
            .build());
  }

  /** Says that all was sent, with the CRC-32C of it. */
  void finish(int crc32c) {
    call.sendMessage(
        SnapshotChunk.newBuilder().setEnd(SnapshotEnd.newBuilder().setCrc32C(crc32c)).build());
    call.halfClose();
  }

  /**
   * What the receiver said.
   *
   * @throws IOException if the stream broke
   */
  synchronized SnapshotResult awaitResult() throws IOException, InterruptedException {
    long waited = 0;
    while (result == null && closed == null && waited < ANSWER_MILLIS) {
      wait(1000);
      waited += 1000;
    }
    if (result != null) {
      return result;
    }
    throw new IOException(closed == null ? "no answer" : closed.toString());
  }

  void cancel() {
    call.cancel("ended", null);
  }
}
