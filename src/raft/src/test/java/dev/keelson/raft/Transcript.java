package dev.keelson.raft;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfState;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs the commands of a transcript and tells what they did.
 *
 * <pre>
 * add-nodes 3 [learners=(3)] [prevote=true] [checkquorum=true] [inflight=2] [empty=true]
 * campaign 1                         propose 1 a b            propose-conf-change 1 v4 [implicit]
 * ready 1                            write 1                  apply 1
 * deliver-msgs 2 [drop=(1)]          stabilize [1 2]          tick 1 10 | tick-heartbeat 1
 * status 1 | log 1                   read-index 1 7           transfer-leadership 1 2
 * compact 1 5                        restart 1                drop-msgs 2
 * report-snapshot 1 2 ok|failed      report-unreachable 1 2
 * report-gone 1 2
 * </pre>
 *
 * Steps of a membership change: {@code v4} voter, {@code l4} learner, {@code r4} removed, {@code
 * u4} update; one step alone is a V1 change; none leaves a joint configuration.
 */
final class Transcript {
  private final TestNetwork network = new TestNetwork();
  private final StringBuilder out = new StringBuilder();

  private final List<String> words = new ArrayList<>();
  private final Map<String, String> options = new TreeMap<>();

  /** Runs one command line and returns what it printed. */
  String run(String line) {
    out.setLength(0);
    words.clear();
    options.clear();
    for (String word : line.strip().split(" +", -1)) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        options.put(word.substring(0, equals), word.substring(equals + 1));
      } else {
        words.add(word);
      }
    }
    try {
      command(words.removeFirst());
    } catch (ProposalDroppedException e) {
      out.append(e.getMessage()).append('\n');
    }
    return out.isEmpty() ? "ok\n" : out.toString();
  }

  private void command(String name) throws ProposalDroppedException {
    switch (name) {
      case "add-nodes" -> addNodes();
      case "campaign" -> member().raft.campaign();
      case "propose" -> member().raft.propose(payloads());
      case "propose-conf-change" -> member().raft.proposeConfChange(change());
      case "ready" -> ready(member());
      case "write" -> write(member());
      case "apply" -> apply(member());
      case "deliver-msgs" -> deliver(member().id, ids(options.getOrDefault("drop", "")));
      case "drop-msgs" -> drop(member().id);
      case "stabilize" -> stabilize();
      case "tick" -> tick(member(), (int) number(1));
      case "tick-heartbeat" -> tick(member(), 1);
      case "status" -> Describe.status(member().raft.status(), out);
      case "log" -> log(member().log);
      case "read-index" -> {
        if (!member().raft.readIndex(number(1))) {
          out.append("no leader\n");
        }
      }
      case "transfer-leadership" -> member().raft.transferLeadership(number(1));
      case "compact" -> member().compact(number(1));
      case "restart" -> restart(member());
      case "report-snapshot" -> member().raft.reportSnapshot(number(1), words.get(2).equals("ok"));
      case "report-unreachable" -> member().raft.reportUnreachable(number(1));
      case "report-gone" -> member().raft.reportGone(number(1));
      default -> throw new IllegalArgumentException("unknown command " + name);
    }
  }

  private long number(int position) {
    return Long.parseLong(words.get(position));
  }

  private Member member() {
    return network.get(number(0));
  }

  private static List<Long> ids(String list) {
    List<Long> ids = new ArrayList<>();
    for (String id : list.replaceAll("[()]", "").split(",", -1)) {
      if (!id.isEmpty()) {
        ids.add(Long.valueOf(id));
      }
    }
    return ids;
  }

  private List<byte[]> payloads() {
    return words.subList(1, words.size()).stream().map(word -> word.getBytes(UTF_8)).toList();
  }

  /** New members; the first ones make up the cluster, later ones begin with its first state. */
  private void addNodes() {
    List<Long> learners = ids(options.getOrDefault("learners", ""));
    List<Long> voters = new ArrayList<>();
    long first = network.members.size() + 1L;
    for (long id = first; id < first + number(0); id++) {
      if (!learners.contains(id)) {
        voters.add(id);
      }
    }
    ConfState confState =
        first == 1
            ? new ConfState(voters, learners, List.of(), List.of(), false)
            : network.get(1).states.firstEntry().getValue().confState();
    for (long id = first; id < first + number(0); id++) {
      RaftConfig.Builder config =
          RaftConfig.builder(id)
              .preVote(Boolean.parseBoolean(options.get("prevote")))
              .checkQuorum(Boolean.parseBoolean(options.get("checkquorum")))
              .maxInflightMessages(Integer.parseInt(options.getOrDefault("inflight", "256")))
              .maxUncommittedBytes(Long.parseLong(options.getOrDefault("uncommitted", "0")));
      network.add(config, new MemoryLog(confState));
    }
    out.append(Describe.confState(confState)).append('\n');
  }

  private ConfChange change() {
    List<ConfChange.Single> steps = new ArrayList<>();
    ConfChange.Transition transition = ConfChange.Transition.AUTO;
    for (String word : words.subList(1, words.size())) {
      switch (word) {
        case "implicit" -> transition = ConfChange.Transition.JOINT_IMPLICIT;
        case "explicit" -> transition = ConfChange.Transition.JOINT_EXPLICIT;
        default ->
            steps.add(
                new ConfChange.Single(type(word.charAt(0)), Long.parseLong(word.substring(1))));
      }
    }
    if (steps.size() == 1 && transition == ConfChange.Transition.AUTO) {
      return ConfChange.single(steps.getFirst().type(), steps.getFirst().nodeId());
    }
    return new ConfChange.V2(transition, steps, new byte[0]);
  }

  private static ConfChange.Type type(char letter) {
    return switch (letter) {
      case 'v' -> ConfChange.Type.ADD_VOTER;
      case 'l' -> ConfChange.Type.ADD_LEARNER;
      case 'r' -> ConfChange.Type.REMOVE;
      case 'u' -> ConfChange.Type.UPDATE;
      default -> throw new IllegalArgumentException("no such step: " + letter);
    };
  }

  private void tick(Member member, int ticks) {
    for (int i = 0; i < ticks; i++) {
      member.raft.tick();
    }
  }

  private void ready(Member member) {
    if (!member.raft.hasReady()) {
      out.append("nothing ready\n");
      return;
    }
    Ready ready = member.takeReady();
    out.append("> ").append(member.id).append(" ready\n");
    Describe.ready(ready, out);
    network.wire.addAll(ready.messages());
  }

  private void write(Member member) {
    out.append("> ").append(member.id).append(" wrote\n");
    for (Message message : member.completeAppend()) {
      out.append("  send ").append(Describe.message(message)).append('\n');
      network.wire.add(message);
    }
  }

  private void apply(Member member) {
    ConfState before = member.applied().confState();
    while (!member.applying.isEmpty()) {
      ConfState after = member.completeApply().confState();
      if (!after.equals(before)) {
        out.append("> ").append(member.id).append(" configured ");
        out.append(Describe.confState(after)).append('\n');
        before = after;
      }
    }
  }

  private boolean deliver(long to, List<Long> dropFrom) {
    List<Message> due = new ArrayList<>();
    for (Iterator<Message> i = network.wire.iterator(); i.hasNext(); ) {
      Message message = i.next();
      if (message.to() == to) {
        due.add(message);
        i.remove();
      }
    }
    if (!due.isEmpty()) {
      out.append("> ").append(to).append(" receives\n");
    }
    for (Message message : due) {
      boolean dropped = dropFrom.contains(message.from());
      out.append(dropped ? "  lost " : "  ").append(Describe.message(message)).append('\n');
      if (!dropped) {
        TestNetwork.step(network.get(to), message);
      }
    }
    return !due.isEmpty();
  }

  private void drop(long to) {
    network.wire.removeIf(
        message -> {
          if (message.to() == to) {
            out.append("lost ").append(Describe.message(message)).append('\n');
          }
          return message.to() == to;
        });
  }

  private void stabilize() {
    List<Member> chosen = new ArrayList<>();
    for (Member member : network.members.values()) {
      if (words.isEmpty() || words.contains(Long.toString(member.id))) {
        chosen.add(member);
      }
    }
    boolean moved = true;
    while (moved) {
      moved = false;
      for (Member member : chosen) {
        if (member.raft.hasReady()) {
          ready(member);
          moved = true;
        }
        while (!member.appending.isEmpty()) {
          network.wire.addAll(member.completeAppend());
          moved = true;
        }
        apply(member);
      }
      for (Member member : chosen) {
        moved |= deliver(member.id, List.of());
      }
    }
  }

  private void log(MemoryLog log) {
    out.append("first=").append(log.firstIndex()).append(" last=").append(log.lastIndex());
    HardState h = log.hardState();
    out.append(" term=").append(h.term()).append(" vote=").append(h.vote());
    out.append(" commit=").append(h.commit()).append('\n');
    for (Entry entry : log.entries(log.firstIndex(), log.lastIndex() + 1, Long.MAX_VALUE)) {
      out.append("  ").append(Describe.entry(entry)).append('\n');
    }
  }

  /** Power loss: what was not written is lost; the state machine had everything flushed. */
  private void restart(Member member) {
    member.restart(0, member.applied().index(), member.id);
  }
}
