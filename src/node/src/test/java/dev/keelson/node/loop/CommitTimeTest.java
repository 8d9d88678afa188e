package dev.keelson.node.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.Message;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CommitTimeTest {
  private long now = 1_000_000_000_000L;
  private final CommitTime time = new CommitTime(() -> now);

  private static InternalRaftRequest request(String key) {
    return InternalRaftRequest.newBuilder()
        .setPut(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)))
        .build();
  }

  private List<InternalRaftRequest> stamped(long term, String... keys)
      throws InvalidProtocolBufferException {
    List<byte[]> payloads = new ArrayList<>();
    for (String key : keys) {
      payloads.add(request(key).toByteArray());
    }
    time.stamp(payloads, term);
    List<InternalRaftRequest> decoded = new ArrayList<>();
    for (byte[] payload : payloads) {
      decoded.add(InternalRaftRequest.parseFrom(payload));
    }
    return decoded;
  }

  @Test
  void theFirstRequestOfABatchCarriesTheTime() throws InvalidProtocolBufferException {
    assertThat(stamped(1, "a", "b"))
        .containsExactly(request("a").toBuilder().setLeaderMillis(now).build(), request("b"));
  }

  @Test
  void aBatchOfTheSameMillisecondCarriesNone() throws InvalidProtocolBufferException {
    stamped(1, "a");
    assertThat(stamped(1, "b")).containsExactly(request("b"));
    now++;
    assertThat(stamped(1, "c").getFirst().getLeaderMillis()).isEqualTo(now);
  }

  @Test
  void aClockThatJumpsBackHoldsTheTime() throws InvalidProtocolBufferException {
    stamped(1, "a");
    now -= 60_000;
    assertThat(stamped(1, "b").getFirst().getLeaderMillis()).isZero();
  }

  @Test
  void aNewTermIsStampedAtOnce() throws InvalidProtocolBufferException {
    stamped(1, "a");
    assertThat(stamped(2, "b").getFirst().getLeaderMillis())
        .as("the entry that carried this time may be lost with the old term")
        .isEqualTo(now);
  }

  @Test
  void whatOthersForwardIsStampedToo() throws InvalidProtocolBufferException {
    Entry entry = new Entry(0, 0, EntryType.NORMAL, request("a").toByteArray());
    Message.ForwardedProposal message =
        time.stamp(new Message.ForwardedProposal(2, 1, List.of(entry, entry)), 1);
    assertThat(InternalRaftRequest.parseFrom(message.entries().getFirst().data()))
        .isEqualTo(request("a").toBuilder().setLeaderMillis(now).build());
    assertThat(message.entries().getLast()).isSameAs(entry);
  }

  @Test
  void membershipChangesAreLeftAsTheyAre() {
    Entry entry = new Entry(0, 0, EntryType.CONF_CHANGE, new byte[] {1});
    Message.ForwardedProposal message = new Message.ForwardedProposal(2, 1, List.of(entry));
    assertThat(time.stamp(message, 1)).isSameAs(message);
  }
}
