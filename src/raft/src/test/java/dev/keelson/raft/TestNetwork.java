package dev.keelson.raft;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.keelson.raft.confchange.ConfState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A few members and the messages between them, moved along by hand. */
final class TestNetwork {
  final Map<Long, Member> members = new TreeMap<>();
  final History history = new History();
  final List<Message> wire = new ArrayList<>();

  /** What is lost on the way. */
  Predicate<Message> drop = m -> false;

  /** Members 1 to {@code n}, all voters, with pre-vote and quorum check off. */
  static TestNetwork of(int n) {
    List<Long> ids = new ArrayList<>();
    for (long id = 1; id <= n; id++) {
      ids.add(id);
    }
    TestNetwork network = new TestNetwork();
    for (Long id : ids) {
      network.add(plain(id), new MemoryLog(ConfState.ofVoters(ids)));
    }
    return network;
  }

  static RaftConfig.Builder plain(long id) {
    return RaftConfig.builder(id).preVote(false).checkQuorum(false);
  }

  Member add(RaftConfig.Builder options, MemoryLog log) {
    Member member = new Member(options, log, history, options.build().id());
    members.put(member.id, member);
    return member;
  }

  Member get(long id) {
    Member member = members.get(id);
    if (member == null) {
      throw new IllegalArgumentException("no member " + id);
    }
    return member;
  }

  Raft raft(long id) {
    return get(id).raft;
  }

  /** Delivers, writes and applies until nothing moves any more. */
  void settle() {
    boolean moved = true;
    while (moved) {
      moved = false;
      for (Member member : members.values()) {
        moved |= run(member);
      }
      moved |= deliver();
    }
  }

  /** Lets one member do everything it can without the others. */
  boolean run(Member member) {
    boolean moved = false;
    while (member.raft.hasReady() || !member.appending.isEmpty() || !member.applying.isEmpty()) {
      moved = true;
      if (member.raft.hasReady()) {
        wire.addAll(member.takeReady().messages());
      }
      if (!member.appending.isEmpty()) {
        wire.addAll(member.completeAppend());
      }
      if (!member.applying.isEmpty()) {
        member.completeApply();
      }
    }
    return moved;
  }

  private boolean deliver() {
    List<Message> batch = new ArrayList<>(wire);
    wire.clear();
    for (Message message : batch) {
      Member to = members.get(message.to());
      if (to != null && !drop.test(message)) {
        step(to, message);
      }
    }
    return !batch.isEmpty();
  }

  static void step(Member member, Message message) {
    try {
      member.raft.step(message);
    } catch (InvalidMessageException e) {
      throw new AssertionError("member " + member.id + " refused " + message, e);
    }
  }

  void elect(long id) {
    raft(id).campaign();
    settle();
    if (raft(id).status().role() != Role.LEADER) {
      throw new AssertionError("member " + id + " was not elected: " + raft(id).status());
    }
  }

  void propose(long id, String... payloads) {
    List<byte[]> bytes = new ArrayList<>();
    for (String payload : payloads) {
      bytes.add(payload.getBytes(UTF_8));
    }
    try {
      raft(id).propose(bytes);
    } catch (ProposalDroppedException e) {
      throw new AssertionError(e);
    }
  }
}
