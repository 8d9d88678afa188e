package dev.keelson.sim.check;

import dev.keelson.kv.member.MemberChange;
import dev.keelson.kv.member.MemberJson;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** What committed changes of the membership mean, by etcd's rules: who votes and who learns. */
public final class ConfigurationModel {
  private final TreeMap<Long, Member> members = new TreeMap<>();
  private final Set<Long> removed = new HashSet<>();
  private final List<ConfState> history = new ArrayList<>(List.of(ConfState.EMPTY));

  /** Carries out the next change, or refuses it, as every member must. */
  public void apply(ConfChange change) {
    if (change instanceof ConfChange.V1 single) {
      apply(single);
    } else {
      throw new Violation("a change of several members: " + change);
    }
  }

  private void apply(ConfChange.V1 change) {
    if (removed.contains(change.nodeId())) {
      return;
    }
    Member known = members.get(change.nodeId());
    if (change.type() == ConfChange.Type.REMOVE) {
      if (known != null) {
        members.remove(change.nodeId());
        removed.add(change.nodeId());
      }
    } else {
      MemberChange context = context(change);
      Member named = context.member();
      if (change.type() == ConfChange.Type.UPDATE) {
        if (known != null && urlsAreFree(named, change.nodeId())) {
          members.put(change.nodeId(), with(known, named.getRaftAttributes().getPeerUrlsList()));
        }
      } else if (context.promotes()) {
        if (known != null && isLearner(known)) {
          members.put(change.nodeId(), as(known, false));
        }
      } else if (known == null && urlsAreFree(named, change.nodeId()) && mayLearn(context)) {
        members.put(change.nodeId(), as(named, change.type() == ConfChange.Type.ADD_LEARNER));
      }
    }
    note();
  }

  private static MemberChange context(ConfChange.V1 change) {
    try {
      return MemberJson.decodeChange(change.context());
    } catch (IOException e) {
      throw new Violation("a membership entry without a readable context", e);
    }
  }

  private boolean urlsAreFree(Member wanted, long id) {
    return members.values().stream()
        .filter(each -> each.getID() != id)
        .flatMap(each -> each.getRaftAttributes().getPeerUrlsList().stream())
        .noneMatch(wanted.getRaftAttributes().getPeerUrlsList()::contains);
  }

  private boolean mayLearn(MemberChange context) {
    long learners = members.values().stream().filter(ConfigurationModel::isLearner).count();
    return !isLearner(context.member())
        || context.learnersMax() == MemberChange.NO_LIMIT
        || learners < context.learnersMax();
  }

  private static boolean isLearner(Member member) {
    return member.getRaftAttributes().getIsLearner();
  }

  private static Member as(Member member, boolean learner) {
    return member.toBuilder()
        .setRaftAttributes(member.getRaftAttributes().toBuilder().setIsLearner(learner))
        .build();
  }

  private static Member with(Member member, List<String> urls) {
    return member.toBuilder()
        .setRaftAttributes(
            member.getRaftAttributes().toBuilder().clearPeerUrls().addAllPeerUrls(urls))
        .build();
  }

  private void note() {
    List<Long> voters = new ArrayList<>();
    List<Long> learners = new ArrayList<>();
    members.forEach((id, member) -> (isLearner(member) ? learners : voters).add(id));
    ConfState now = new ConfState(voters, learners, List.of(), List.of(), false);
    if (!now.equals(history.getLast())) {
      history.add(now);
    }
  }

  /** Whether a member was removed. */
  public boolean isRemoved(long id) {
    return removed.contains(id);
  }

  /** How often the configuration has changed; founding it is one change per founder. */
  public int changes() {
    return history.size() - 1;
  }

  /**
   * The number of a configuration, counted from 0, the empty one.
   *
   * @param from the first that may be meant: one may come back
   * @return -1 if there was none like that
   */
  public int numberOf(ConfState state, int from) {
    for (int i = from; i < history.size(); i++) {
      if (history.get(i).equals(state)) {
        return i;
      }
    }
    return -1;
  }
}
