package dev.keelson.node.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.proto.peer.RaftBatch;
import dev.keelson.proto.raftpb.MessageType;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.Message;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.confchange.ConfState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageCodecTest {
  private static final long FROM = 0x8e9e05c52164694dL;
  private static final long TO = 2;
  private static final ConfState CONFIGURATION =
      new ConfState(List.of(1L, FROM), List.of(3L), List.of(4L), List.of(5L), true);

  private static final List<Message> ALL =
      List.of(
          new Message.AppendRequest(FROM, TO, 7, 41, 6, List.of(), 40),
          new Message.AppendRequest(
              FROM,
              TO,
              7,
              41,
              6,
              List.of(
                  new Entry(7, 42, EntryType.NORMAL, new byte[] {1, 2, 3}),
                  new Entry(7, 43, EntryType.CONF_CHANGE_V2, new byte[0]),
                  new Entry(7, 44, EntryType.NORMAL, new byte[100_000])),
              42),
          new Message.AppendResponse(FROM, TO, 7, 44, false, 0, 0),
          new Message.AppendResponse(FROM, TO, 7, 44, true, 40, 6),
          new Message.VoteRequest(FROM, TO, 8, 44, 7, false, true),
          new Message.VoteRequest(FROM, TO, 8, 44, 7, true, false),
          new Message.VoteResponse(FROM, TO, 8, false, true),
          new Message.VoteResponse(FROM, TO, 8, true, false),
          new Message.Heartbeat(FROM, TO, 8, 44, 0),
          new Message.Heartbeat(FROM, TO, 8, 44, Long.MAX_VALUE),
          new Message.HeartbeatResponse(FROM, TO, 8, 12),
          new Message.InstallSnapshot(FROM, TO, 8, new SnapshotMetadata(44, 7, CONFIGURATION)),
          new Message.TimeoutNow(FROM, TO, 8),
          new Message.ReadIndexRequest(FROM, TO, -5),
          new Message.ReadIndexResponse(FROM, TO, 8, 44, -5),
          new Message.ForwardedProposal(
              FROM, TO, List.of(new Entry(0, 0, EntryType.CONF_CHANGE, new byte[] {9}))),
          new Message.TransferLeader(FROM, TO, 8, 3));

  private static byte[] encode(Message... messages) throws IOException {
    Batch batch = new Batch(List.of(messages), 3, 4);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    batch.writeTo(out);
    assertThat(out.size()).isEqualTo(batch.size());
    return out.toByteArray();
  }

  private static byte[] encode(dev.keelson.proto.raftpb.Message message) {
    return RaftBatch.newBuilder().addMessages(message).build().toByteArray();
  }

  @Test
  void everyMessageArrivesAsItWasSent() throws IOException {
    Batch read = Batch.parse(encode(ALL.toArray(Message[]::new)), FROM, TO);
    assertThat(read.sequence()).isEqualTo(3);
    assertThat(read.sentAtNanos()).isEqualTo(4);
    assertThat(read.messages()).usingRecursiveComparison().isEqualTo(ALL);
  }

  /** The generated classes are the specification of the wire. */
  @Test
  void theWireIsThatOfTheGeneratedClasses() throws IOException {
    for (Message message : ALL) {
      byte[] encoded = encode(message);
      RaftBatch generated = RaftBatch.parseFrom(encoded);
      assertThat(generated.getUnknownFields().asMap()).isEmpty();
      assertThat(generated.getMessages(0).getUnknownFields().asMap()).isEmpty();
      assertThat(generated.toByteArray()).isEqualTo(encoded);
      assertThat(Batch.parse(generated.toByteArray(), FROM, TO).messages())
          .usingRecursiveComparison()
          .isEqualTo(List.of(message));
    }
  }

  @Test
  void fieldsAreThoseOfEtcd() throws IOException {
    var append = RaftBatch.parseFrom(encode(ALL.get(1))).getMessages(0);
    assertThat(append.getType()).isEqualTo(MessageType.MsgApp);
    assertThat(append.getIndex()).isEqualTo(41);
    assertThat(append.getLogTerm()).isEqualTo(6);
    assertThat(append.getCommit()).isEqualTo(42);
    assertThat(append.getEntries(1).getType().getNumber()).isEqualTo(2);
    var rejected = RaftBatch.parseFrom(encode(ALL.get(3))).getMessages(0);
    assertThat(rejected.getReject()).isTrue();
    assertThat(rejected.getIndex()).isEqualTo(44);
    assertThat(rejected.getRejectHint()).isEqualTo(40);
    assertThat(rejected.getLogTerm()).isEqualTo(6);
    var vote = RaftBatch.parseFrom(encode(ALL.get(4))).getMessages(0);
    assertThat(vote.getContext().toStringUtf8()).isEqualTo("CampaignTransfer");
    var transfer = RaftBatch.parseFrom(encode(ALL.get(16))).getMessages(0);
    assertThat(transfer.getFrom()).isEqualTo(3);
  }

  @Test
  void fieldsWrittenAsZeroAreTaken() throws IOException {
    var explicit =
        dev.keelson.proto.raftpb.Message.newBuilder()
            .setType(MessageType.MsgHeartbeat)
            .setTo(TO)
            .setFrom(FROM)
            .setTerm(8)
            .setLogTerm(0)
            .setIndex(0)
            .setCommit(44)
            .setReject(false)
            .setRejectHint(0)
            .setContext(ByteString.EMPTY)
            .build();
    assertThat(Batch.parse(encode(explicit), FROM, TO).messages())
        .containsExactly(new Message.Heartbeat(FROM, TO, 8, 44, 0));
  }

  @Test
  void whatNoMemberSendsIsRefused() {
    var good =
        dev.keelson.proto.raftpb.Message.newBuilder()
            .setType(MessageType.MsgHeartbeat)
            .setTo(TO)
            .setFrom(FROM)
            .setTerm(8)
            .build();
    refused(good.toBuilder().setTo(9).build(), "reached another");
    refused(good.toBuilder().setFrom(9).build(), "came from another");
    refused(good.toBuilder().setType(MessageType.MsgHup).build(), "never leaves a member");
    refused(good.toBuilder().setType(MessageType.MsgStorageAppend).build(), "never leaves");
    refused(
        good.toBuilder().setContext(ByteString.copyFromUtf8("x")).build(), "context of 1 bytes");
    refused(good.toBuilder().setType(MessageType.MsgSnap).build(), "without a snapshot");
    refused(good.toBuilder().setType(MessageType.MsgReadIndex).build(), "without a request id");
    refused(
        good.toBuilder()
            .setType(MessageType.MsgVote)
            .setContext(ByteString.copyFromUtf8("other"))
            .build(),
        "unknown context");
  }

  private static void refused(dev.keelson.proto.raftpb.Message message, String why) {
    assertThatThrownBy(() -> Batch.parse(encode(message), FROM, TO))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageContaining(why);
  }

  /** Whatever the bytes, the outcome is a batch or a refusal, never another exception. */
  @Test
  void damagedBytesAreABatchOrARefusal() throws IOException {
    byte[] good = encode(ALL.toArray(Message[]::new));
    Random random = new Random(1);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = i % 3 == 0 ? Arrays.copyOf(good, random.nextInt(400)) : Arrays.copyOf(good, 400);
      for (int flips = random.nextInt(4); flips >= 0 && bad.length > 0; flips--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      try {
        Batch.parse(bad, FROM, TO);
      } catch (MalformedMessageException | InvalidProtocolBufferException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(10_000);
  }
}
