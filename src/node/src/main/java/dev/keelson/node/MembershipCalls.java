package dev.keelson.node;

import dev.keelson.kv.Applied;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.member.MemberChange;
import dev.keelson.kv.member.MemberJson;
import dev.keelson.node.api.MembershipControl;
import dev.keelson.node.api.Statuses;
import dev.keelson.node.env.Environment;
import dev.keelson.node.loop.MembershipProposals;
import dev.keelson.node.peer.Transport;
import dev.keelson.proto.membershippb.Attributes;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.proto.membershippb.RaftAttributes;
import dev.keelson.proto.peer.PromoteRequest;
import dev.keelson.raft.confchange.ConfChange;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Proposes changes of the membership, after the checks that etcd makes. */
final class MembershipCalls implements MembershipControl {
  private final Environment environment;
  private final long clusterId;
  private final Transport transport;
  private final AtLeader atLeader;
  private final MembershipProposals proposals;
  private final ReconfigurationRules rules;
  private final LeaderTransfer transfer;
  private final LearnerProgress learners;
  private final int learnersMax;

  MembershipCalls(
      Environment environment,
      long clusterId,
      Transport transport,
      AtLeader atLeader,
      MembershipProposals proposals,
      ReconfigurationRules rules,
      LeaderTransfer transfer,
      LearnerProgress learners,
      int learnersMax) {
    this.environment = environment;
    this.clusterId = clusterId;
    this.transport = transport;
    this.atLeader = atLeader;
    this.proposals = proposals;
    this.rules = rules;
    this.transfer = transfer;
    this.learners = learners;
    this.learnersMax = learnersMax;
  }

  @Override
  public CompletableFuture<Added> add(
      List<String> peerUrls, boolean learner, BooleanSupplier abandoned) {
    KvError refusal = rules.addition(learner);
    if (refusal != null) {
      return AtLeader.failed(refusal);
    }
    List<String> sorted = peerUrls.stream().sorted().toList();
    long id = ClusterIds.added(sorted, TimeUnit.MILLISECONDS.toSeconds(environment.wallMillis()));
    Member member =
        Member.newBuilder()
            .setID(id)
            .setRaftAttributes(
                RaftAttributes.newBuilder().addAllPeerUrls(sorted).setIsLearner(learner))
            .setMemberAttributes(Attributes.getDefaultInstance())
            .build();
    MemberChange change =
        new MemberChange(member, false, learner ? learnersMax : MemberChange.NO_LIMIT);
    return propose(
            learner ? ConfChange.Type.ADD_LEARNER : ConfChange.Type.ADD_VOTER,
            id,
            MemberJson.encode(change),
            abandoned)
        .thenApply(members -> new Added(member, members));
  }

  @Override
  public CompletableFuture<List<Member>> remove(long id, BooleanSupplier abandoned) {
    KvError refusal = rules.removal(id);
    if (refusal != null) {
      return AtLeader.failed(refusal);
    }
    return transfer
        .awayFrom(id)
        .thenCompose(_ -> propose(ConfChange.Type.REMOVE, id, new byte[0], abandoned));
  }

  @Override
  public CompletableFuture<List<Member>> update(
      long id, List<String> peerUrls, BooleanSupplier abandoned) {
    Member member =
        Member.newBuilder()
            .setID(id)
            .setRaftAttributes(RaftAttributes.newBuilder().addAllPeerUrls(peerUrls))
            .build();
    return propose(ConfChange.Type.UPDATE, id, MemberJson.encode(member), abandoned);
  }

  @Override
  public CompletableFuture<List<Member>> promote(long id, BooleanSupplier abandoned) {
    return atLeader.run(
        new AtLeader.Call<>() {
          @Override
          public CompletableFuture<List<Member>> here() {
            return promoteHere(id, abandoned);
          }

          @Override
          public CompletableFuture<List<Member>> there(long leader) {
            PromoteRequest request =
                PromoteRequest.newBuilder().setClusterId(clusterId).setMemberId(id).build();
            return transport
                .promote(leader, request)
                .thenApply(response -> records(response.getMembersList()));
          }

          @Override
          public boolean isAnswer(Status refusal) {
            return refusal.getCode() != Status.Code.UNAVAILABLE
                && !Statuses.isSame(refusal, AtLeader.NOT_HERE);
          }
        });
  }

  private static List<Member> records(List<dev.keelson.proto.etcdserverpb.Member> members) {
    List<Member> records = new ArrayList<>(members.size());
    for (dev.keelson.proto.etcdserverpb.Member each : members) {
      records.add(
          Member.newBuilder()
              .setID(each.getID())
              .setRaftAttributes(
                  RaftAttributes.newBuilder()
                      .addAllPeerUrls(each.getPeerURLsList())
                      .setIsLearner(each.getIsLearner()))
              .setMemberAttributes(
                  Attributes.newBuilder()
                      .setName(each.getName())
                      .addAllClientUrls(each.getClientURLsList()))
              .build());
    }
    return records;
  }

  /** Promotes a learner if this member leads; fails with {@link AtLeader#NOT_HERE} if not. */
  CompletableFuture<List<Member>> promoteHere(long id, BooleanSupplier abandoned) {
    return learners
        .check(id)
        .thenCompose(
            unready -> {
              KvError refusal = unready.isPresent() ? unready.get() : rules.promotion();
              return refusal != null
                  ? AtLeader.failed(refusal)
                  : propose(
                      ConfChange.Type.ADD_VOTER,
                      id,
                      MemberJson.encode(
                          new MemberChange(
                              Member.newBuilder().setID(id).build(), true, MemberChange.NO_LIMIT)),
                      abandoned);
            });
  }

  @Override
  public CompletableFuture<Void> moveLeader(long id, BooleanSupplier abandoned) {
    return transfer.to(id, abandoned);
  }

  private CompletableFuture<List<Member>> propose(
      ConfChange.Type type, long id, byte[] context, BooleanSupplier abandoned) {
    CompletableFuture<List<Member>> result = new CompletableFuture<>();
    proposals.propose(
        type, id, context, abandoned, Runnable::run, outcome -> settle(outcome, result));
    return result;
  }

  private static void settle(Applied outcome, CompletableFuture<List<Member>> result) {
    @Nullable KvException failure = outcome.failure();
    if (failure != null) {
      result.completeExceptionally(Statuses.of(failure.error()).asRuntimeException());
    } else if (outcome.result() instanceof List<?> members) {
      result.complete(members.stream().map(Member.class::cast).toList());
    }
  }
}
