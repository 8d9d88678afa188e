package dev.keelson.node.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.peer.RaftAck;
import dev.keelson.proto.peer.SnapshotFile;
import dev.keelson.proto.peer.SnapshotHeader;
import dev.keelson.proto.peer.SnapshotOpening;
import dev.keelson.proto.peer.SnapshotResult;
import dev.keelson.raft.Message;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What comes to the peer port from broken or hostile senders ends their stream and nothing else.
 */
@Timeout(60)
class HostilePeerPortTest {
  private static final PeerSettings SETTINGS =
      PeerSettings.of(List.of("http://127.0.0.1:0")).withMessageBytesMax(1 << 20);
  private static final MethodDescriptor.Marshaller<byte[]> RAW =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          throw new UnsupportedOperationException();
        }
      };
  private static final MethodDescriptor<byte[], RaftAck> RAFT =
      PeerMethods.SEND.toBuilder(RAW, PeerMethods.SEND.getResponseMarshaller()).build();

  private final BlockingQueue<Status> closed = new LinkedBlockingQueue<>();
  private final BlockingQueue<Object> answers = new LinkedBlockingQueue<>();
  private Peer victim;
  private ManagedChannel channel;

  @BeforeEach
  void open() {
    victim = new Peer(2, RecordingReceiver.CLUSTER, SETTINGS);
    victim.transport.setPeers(java.util.Map.of(1L, List.of("http://127.0.0.1:1")));
    channel = NettyChannelBuilder.forAddress("127.0.0.1", victim.port()).usePlaintext().build();
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    victim.close();
  }

  private <Q, A> ClientCall<Q, A> start(MethodDescriptor<Q, A> method, Metadata headers) {
    ClientCall<Q, A> call = channel.newCall(method, CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(A message) {
            answers.add(message);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            closed.add(status);
          }
        },
        headers);
    call.request(10);
    return call;
  }

  private static Metadata headers(long cluster, long from, long to) {
    Metadata headers = new Identity(cluster, from, to).toMetadata();
    headers.put(Identity.LANE, "control");
    return headers;
  }

  private ClientCall<byte[], RaftAck> raft() {
    return start(RAFT, headers(RecordingReceiver.CLUSTER, 1, 2));
  }

  private Status ended() throws InterruptedException {
    Status status = closed.poll(20, TimeUnit.SECONDS);
    if (status == null) {
      throw new AssertionError("the stream goes on");
    }
    return status;
  }

  private static byte[] batch(long sequence, Message... messages) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new Batch(List.of(messages), sequence, 0).writeTo(out);
    return out.toByteArray();
  }

  private void stillServes() throws Exception {
    ClientCall<byte[], RaftAck> good = raft();
    good.sendMessage(batch(1, new Message.TimeoutNow(1, 2, 4)));
    assertThat(victim.receiver.next()).isEqualTo(new Message.TimeoutNow(1, 2, 4));
    good.cancel("done", null);
  }

  @Test
  void garbageAndTruncationEndTheStream() throws Exception {
    Random random = new Random(3);
    byte[] good = batch(1, new Message.Heartbeat(1, 2, 4, 0, 9));
    for (int i = 0; i < 50; i++) {
      byte[] bad;
      if (i % 2 == 0) {
        bad = new byte[1 + random.nextInt(100)];
        random.nextBytes(bad);
      } else {
        bad = java.util.Arrays.copyOf(good, 1 + random.nextInt(good.length - 3));
      }
      raft().sendMessage(bad);
      assertThat(ended().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
    assertThat(victim.receiver.messages).isEmpty();
    stillServes();
  }

  @Test
  void aReplayedBatchEndsTheStream() throws Exception {
    ClientCall<byte[], RaftAck> call = raft();
    byte[] once = batch(1, new Message.TimeoutNow(1, 2, 4));
    call.sendMessage(once);
    call.sendMessage(once);
    assertThat(ended().getDescription()).contains("batch 1 after batch 1");
    assertThat(victim.receiver.messages).hasSize(1);
    victim.receiver.messages.clear();
    stillServes();
  }

  @Test
  void aMessageInAnothersNameEndsTheStream() throws Exception {
    raft().sendMessage(batch(1, new Message.TimeoutNow(3, 2, 4)));
    assertThat(ended().getDescription()).contains("came from another");
    raft().sendMessage(batch(1, new Message.TimeoutNow(1, 3, 4)));
    assertThat(ended().getDescription()).contains("reached another");
    stillServes();
  }

  @Test
  void anOversizedMessageEndsTheStream() throws Exception {
    raft().sendMessage(new byte[2 << 20]);
    assertThat(ended().isOk()).isFalse();
    stillServes();
  }

  @Test
  void whoIsNoMemberOrElsewhereIsRefused() throws Exception {
    long cluster = RecordingReceiver.CLUSTER;
    start(RAFT, headers(99, 1, 2));
    assertThat(ended().getDescription()).startsWith("cluster ID mismatch");
    start(RAFT, headers(cluster, 1, 3));
    assertThat(ended().getDescription()).startsWith("to field mismatch");
    start(RAFT, headers(cluster, 8, 2));
    assertThat(ended().getDescription()).contains("unknown member");
    start(RAFT, headers(cluster, 2, 2));
    assertThat(ended().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    start(RAFT, new Metadata());
    assertThat(ended().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    stillServes();
  }

  @Test
  void aNewerStreamOfALaneEndsTheOlder() throws Exception {
    raft().sendMessage(batch(1, new Message.TimeoutNow(1, 2, 5)));
    victim.receiver.next();
    stillServes();
    assertThat(ended().getCode()).isIn(Status.Code.ABORTED, Status.Code.CANCELLED);
  }

  @Test
  void bytesThatAreNotHttp2EndTheConnection() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", victim.port())) {
      socket
          .getOutputStream()
          .write("no such protocol\r\n\r\n".repeat(10).getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(20_000);
      while (socket.getInputStream().read() >= 0) {
        // what the server says before it closes
      }
    } catch (SocketException e) {
      // closed all the same
    }
    stillServes();
  }

  @Test
  void callsThatAreResetAsFastAsTheyAreMadeEndTheConnection() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", victim.port())) {
      socket.setSoTimeout(20_000);
      ByteArrayOutputStream frames = new ByteArrayOutputStream();
      frames.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      frame(frames, 4, 0, 0, new byte[0]); // SETTINGS
      for (int stream = 1; stream < 20_000; stream += 2) {
        frame(frames, 1, 4, stream, new byte[] {(byte) 0x83, (byte) 0x86, (byte) 0x84});
        frame(frames, 3, 0, stream, new byte[] {0, 0, 0, 8}); // RST_STREAM, CANCEL
      }
      boolean goneAway = false;
      try {
        socket.getOutputStream().write(frames.toByteArray());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        while (!goneAway) {
          int lengthAndType = in.readInt();
          in.skipNBytes(5L + (lengthAndType >>> 8));
          goneAway = (lengthAndType & 0xff) == 7;
        }
      } catch (SocketTimeoutException e) {
        throw e;
      } catch (IOException e) {
        goneAway = true; // closed with our bytes unread
      }
      assertThat(goneAway).isTrue();
    }
    stillServes();
  }

  private static void frame(
      ByteArrayOutputStream out, int type, int flags, int stream, byte[] payload) {
    out.writeBytes(
        ByteBuffer.allocate(9)
            .putInt(payload.length << 8 | type)
            .put((byte) flags)
            .putInt(stream)
            .array());
    out.writeBytes(payload);
  }

  private static SnapshotOpening opening(long cluster, String name, long size, int format) {
    return SnapshotOpening.newBuilder()
        .setClusterId(cluster)
        .setFrom(1)
        .setTo(2)
        .setHeader(
            SnapshotHeader.newBuilder()
                .setId(ByteString.copyFromUtf8("id"))
                .setTerm(1)
                .setIndex(9)
                .setFormat(format)
                .addFiles(SnapshotFile.newBuilder().setName(name).setSizeBytes(size)))
        .build();
  }

  private static byte[] frame(byte[] payload, int damage) {
    CRC32C crc = new CRC32C();
    crc.update(payload);
    return frame(payload.length, (int) crc.getValue() ^ damage, payload);
  }

  private static byte[] frame(int length, int crc32c, byte[] payload) {
    return ByteBuffer.allocate(8 + payload.length)
        .putInt(length)
        .putInt(crc32c)
        .put(payload)
        .array();
  }

  /** A sender made by hand. */
  private final class Sender implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;

    Sender(byte[]... frames) throws IOException {
      socket = new Socket("127.0.0.1", victim.port());
      socket.setSoTimeout(20_000);
      in = new DataInputStream(socket.getInputStream());
      socket
          .getOutputStream()
          .write(PeerFront.SNAPSHOT_PREFACE.getBytes(StandardCharsets.US_ASCII));
      for (byte[] frame : frames) {
        socket.getOutputStream().write(frame);
      }
    }

    SnapshotResult result() throws IOException {
      byte[] payload = new byte[in.readInt()];
      int crc32c = in.readInt();
      in.readFully(payload);
      assertThat(frame(payload, 0)).isEqualTo(frame(payload.length, crc32c, payload));
      return SnapshotResult.parseFrom(payload);
    }

    SnapshotResult refusal() throws IOException {
      SnapshotResult first = result();
      assertThat(first.getOutcome()).isNotEqualTo(SnapshotResult.Outcome.GO_ON);
      return first;
    }

    void isDropped() throws IOException {
      try {
        assertThat(in.read()).isNegative();
      } catch (SocketException e) {
        // closed with our bytes unread
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static byte[] opened(String name, long size) {
    return frame(opening(RecordingReceiver.CLUSTER, name, size, 1).toByteArray(), 0);
  }

  @Test
  void aSnapshotThatLeadsOutOfItsDirectoryIsRefused() throws Exception {
    for (String name : List.of("../x", "/etc/x", "a/b", "", ".", "..", ".hidden")) {
      try (Sender sender = new Sender(opened(name, 3))) {
        sender.isDropped();
      }
    }
    try (Sender sender = new Sender(opened("a", -1))) {
      sender.isDropped();
    }
    assertThat(victim.receiver.store.directory()).isEmptyDirectory();
    stillServes();
  }

  @Test
  void whatIsNoSnapshotEndsTheConnection() throws Exception {
    byte[] rubbish = new byte[1000];
    new Random(4).nextBytes(rubbish);
    rubbish[0] = 0x7f; // of an impossible length
    for (byte[] bad :
        List.of(
            rubbish,
            frame(rubbish, 0),
            frame(opening(RecordingReceiver.CLUSTER, "a", 3, 1).toByteArray(), 1),
            frame(0, 0, new byte[0]),
            frame(-1, 0, new byte[0]))) {
      try (Sender sender = new Sender(bad)) {
        sender.isDropped();
      }
    }
    assertThat(victim.receiver.store.directory()).isEmptyDirectory();
    stillServes();
  }

  @Test
  void contentBeyondWhatWasSaidEndsTheConnection() throws Exception {
    for (byte[] bad :
        List.of(frame(new byte[4], 0), frame(SnapshotFrames.CHUNK_BYTES + 1, 0, new byte[0]))) {
      try (Sender sender = new Sender(opened("a", 3), bad)) {
        assertThat(sender.result().getOutcome()).isEqualTo(SnapshotResult.Outcome.GO_ON);
        sender.isDropped();
      }
    }
    stillServes();
  }

  @Test
  void whoSendsASnapshotHasToBelongHere() throws Exception {
    try (Sender sender = new Sender(frame(opening(99, "a", 3, 1).toByteArray(), 0))) {
      SnapshotResult refusal = sender.refusal();
      assertThat(refusal.getOutcome()).isEqualTo(SnapshotResult.Outcome.REFUSED);
      assertThat(refusal.getDetail()).startsWith("cluster ID mismatch");
    }
    assertThat(victim.receiver.store.directory()).isEmptyDirectory();
  }

  @Test
  void damagedContentIsToldAndWhatIsGoodIsKept() throws Exception {
    byte[] good = {1, 2, 3};
    try (Sender sender = new Sender(opened("a", 6), frame(good, 0), frame(good, 1))) {
      assertThat(sender.result().getOutcome()).isEqualTo(SnapshotResult.Outcome.GO_ON);
      SnapshotResult damaged = sender.refusal();
      assertThat(damaged.getOutcome()).isEqualTo(SnapshotResult.Outcome.CORRUPT);
      assertThat(damaged.getNextOffset()).isEqualTo(3);
    }
    byte[] wrongEnd = frame(0, 7, new byte[0]);
    try (Sender sender = new Sender(opened("a", 6), frame(good, 0), wrongEnd)) {
      SnapshotResult goOn = sender.result();
      assertThat(goOn.getOutcome()).isEqualTo(SnapshotResult.Outcome.GO_ON);
      assertThat(goOn.getNextOffset()).isEqualTo(3);
      SnapshotResult spoiled = sender.refusal();
      assertThat(spoiled.getOutcome()).isEqualTo(SnapshotResult.Outcome.CORRUPT);
      assertThat(spoiled.getNextOffset()).isZero();
    }
    assertThat(victim.receiver.messages).isEmpty();
    assertThat(victim.receiver.store.directory()).isEmptyDirectory();
  }

  @Test
  void anUnknownFormatIsRefused() throws Exception {
    byte[] unknown = frame(opening(RecordingReceiver.CLUSTER, "a", 3, 99).toByteArray(), 0);
    try (Sender sender = new Sender(unknown)) {
      assertThat(sender.refusal().getOutcome())
          .isEqualTo(SnapshotResult.Outcome.UNSUPPORTED_FORMAT);
    }
  }
}
