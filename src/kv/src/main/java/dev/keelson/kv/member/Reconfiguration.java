package dev.keelson.kv.member;

import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.proto.membershippb.RaftAttributes;
import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.storage.backend.WriteBatch;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Carries out the change of one member, or refuses it, by etcd's rules: what was checked when the
 * change was proposed may have changed since, so that every member checks again, on the same state.
 */
public final class Reconfiguration {
  private final Members members;

  public Reconfiguration(Members members) {
    this.members = members;
  }

  /**
   * Carries out a change.
   *
   * @param index of its entry, for the message if it cannot be read
   * @return the members from now on
   * @throws KvException if it is refused; nothing has changed
   */
  public List<Member> apply(WriteBatch batch, long index, ConfChange.V1 change) throws KvException {
    long id = change.nodeId();
    if (members.isRemoved(id)) {
      throw new KvException(KvError.MEMBER_NOT_FOUND);
    }
    if (change.type() == ConfChange.Type.REMOVE) {
      require(id);
      members.remove(batch, id);
      return List.copyOf(members.all());
    }
    MemberChange context = decode(index, change);
    if (change.type() == ConfChange.Type.UPDATE) {
      Member known = require(id);
      List<String> urls = context.member().getRaftAttributes().getPeerUrlsList();
      requireFree(urls, id);
      RaftAttributes raft =
          known.getRaftAttributes().toBuilder().clearPeerUrls().addAllPeerUrls(urls).build();
      members.put(batch, known.toBuilder().setRaftAttributes(raft).build());
    } else if (context.promotes()) {
      Member known = require(id);
      if (!known.getRaftAttributes().getIsLearner()) {
        throw new KvException(KvError.NOT_A_LEARNER);
      }
      RaftAttributes raft = known.getRaftAttributes().toBuilder().setIsLearner(false).build();
      members.put(batch, known.toBuilder().setRaftAttributes(raft).build());
    } else {
      add(batch, change, context);
    }
    return List.copyOf(members.all());
  }

  private void add(WriteBatch batch, ConfChange.V1 change, MemberChange context)
      throws KvException {
    if (members.find(change.nodeId()) != null) {
      throw new KvException(KvError.MEMBER_EXISTS);
    }
    requireFree(context.member().getRaftAttributes().getPeerUrlsList(), change.nodeId());
    boolean learner = change.type() == ConfChange.Type.ADD_LEARNER;
    if (learner && context.learnersMax() != MemberChange.NO_LIMIT) {
      long learners =
          members.all().stream().filter(each -> each.getRaftAttributes().getIsLearner()).count();
      if (learners + 1 > context.learnersMax()) {
        throw new KvException(KvError.TOO_MANY_LEARNERS);
      }
    }
    members.put(batch, context.member());
  }

  private Member require(long id) throws KvException {
    Member known = members.find(id);
    if (known == null) {
      throw new KvException(KvError.MEMBER_NOT_FOUND);
    }
    return known;
  }

  private void requireFree(List<String> urls, long except) throws KvException {
    Set<String> wanted = new HashSet<>(urls);
    for (Member each : members.all()) {
      if (each.getID() != except) {
        for (String taken : each.getRaftAttributes().getPeerUrlsList()) {
          if (wanted.contains(taken)) {
            throw new KvException(KvError.PEER_URL_EXISTS);
          }
        }
      }
    }
  }

  private static MemberChange decode(long index, ConfChange.V1 change) {
    try {
      return MemberJson.decodeChange(change.context());
    } catch (IOException e) {
      throw new IllegalStateException("the context of membership entry " + index, e);
    }
  }
}
