package dev.keelson.node.api.recipe;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.ResponseHeader;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.etcdserverpb.TxnResponse;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.proto.mvccpb.Event;
import dev.keelson.proto.mvccpb.Event.EventType;
import dev.keelson.proto.mvccpb.KeyValue;
import dev.keelson.proto.v3electionpb.CampaignRequest;
import dev.keelson.proto.v3electionpb.CampaignResponse;
import dev.keelson.proto.v3electionpb.LeaderKey;
import dev.keelson.proto.v3electionpb.LeaderRequest;
import dev.keelson.proto.v3electionpb.LeaderResponse;
import dev.keelson.proto.v3electionpb.ProclaimRequest;
import dev.keelson.proto.v3electionpb.ProclaimResponse;
import dev.keelson.proto.v3electionpb.ResignRequest;
import dev.keelson.proto.v3electionpb.ResignResponse;
import io.grpc.Status;
import io.grpc.StatusException;

/**
 * Electing a leader by name (etcd's {@code v3election}): the oldest key under {@code name/} leads,
 * its value is what the leader proclaims.
 */
final class ElectionRecipe {
  private static final String LEADER_MISSING = "\"leader\" field must be provided";
  private static final String NO_LEADER = "election: no leader";
  private static final String NOT_LEADER = "election: not leader";

  private ElectionRecipe() {}

  static void campaign(CampaignRequest request, Session session, ThreadPerCall.Outlet outlet)
      throws StatusException, InterruptedException {
    ByteString prefix = Session.prefix(request.getName());
    long lease = session.lease(request.getLease());
    ByteString key = Session.contender(prefix, lease);
    TxnResponse entered =
        session.enter(
            TxnRequest.newBuilder()
                .addCompare(Session.createdAt(key, 0))
                .addSuccess(Session.put(key, request.getValue(), lease))
                .addFailure(Session.get(Session.key(key)))
                .build());
    long revision = entered.getHeader().getRevision();
    // that of the entry into the election, even when a later step wrote again
    ResponseHeader header = entered.getHeader();
    boolean replaces = false;
    if (!entered.getSucceeded()) {
      KeyValue own = entered.getResponses(0).getResponseRange().getKvs(0);
      revision = own.getCreateRevision();
      replaces = !own.getValue().equals(request.getValue());
    }
    try {
      if (replaces) {
        replace(session, key, revision, request.getValue(), lease);
      }
      session.awaitOlder(prefix, revision);
    } catch (InterruptedException e) {
      var _ = giveUp(session, key, revision);
      throw e;
    }
    LeaderKey leader =
        LeaderKey.newBuilder()
            .setName(request.getName())
            .setKey(key)
            .setRev(revision)
            .setLease(lease)
            .build();
    outlet.send(CampaignResponse.newBuilder().setHeader(header).setLeader(leader).build());
  }

  /** Proclaims a value before the campaign is won; gives the candidacy up if that fails. */
  private static void replace(
      Session session, ByteString key, long revision, ByteString value, long lease)
      throws StatusException, InterruptedException {
    try {
      var _ = proclaim(session, key, revision, value, lease);
    } catch (StatusException e) {
      var _ = giveUp(session, key, revision);
      throw e;
    }
  }

  private static TxnResponse giveUp(Session session, ByteString key, long revision)
      throws StatusException, InterruptedException {
    return session.txn(guarded(key, revision).addSuccess(Session.remove(key)).build());
  }

  static void proclaim(ProclaimRequest request, Session session, ThreadPerCall.Outlet outlet)
      throws StatusException, InterruptedException {
    LeaderKey leader = leader(request.hasLeader(), request.getLeader());
    long lease = session.lease(leader.getLease());
    ResponseHeader header =
        proclaim(session, leader.getKey(), leader.getRev(), request.getValue(), lease);
    outlet.send(ProclaimResponse.newBuilder().setHeader(header).build());
  }

  private static ResponseHeader proclaim(
      Session session, ByteString key, long revision, ByteString value, long lease)
      throws StatusException, InterruptedException {
    TxnResponse done =
        session.txn(guarded(key, revision).addSuccess(Session.put(key, value, lease)).build());
    if (!done.getSucceeded()) {
      throw Status.UNKNOWN.withDescription(NOT_LEADER).asException();
    }
    return done.getHeader();
  }

  /** Somebody else leading already is as good as having resigned. */
  static void resign(ResignRequest request, Session session, ThreadPerCall.Outlet outlet)
      throws StatusException, InterruptedException {
    LeaderKey leader = leader(request.hasLeader(), request.getLeader());
    var _ = session.lease(leader.getLease());
    TxnResponse done = giveUp(session, leader.getKey(), leader.getRev());
    outlet.send(ResignResponse.newBuilder().setHeader(done.getHeader()).build());
  }

  private static LeaderKey leader(boolean given, LeaderKey leader) throws StatusException {
    if (!given) {
      throw Status.UNKNOWN.withDescription(LEADER_MISSING).asException();
    }
    return leader;
  }

  /** A transaction that acts only while the candidacy that began at {@code revision} lasts. */
  private static TxnRequest.Builder guarded(ByteString key, long revision) {
    return TxnRequest.newBuilder().addCompare(Session.createdAt(key, revision));
  }

  static void leader(LeaderRequest request, Session session, ThreadPerCall.Outlet outlet)
      throws StatusException, InterruptedException {
    RangeResponse oldest = session.range(Session.oldest(Session.prefix(request.getName())));
    if (oldest.getKvsCount() == 0) {
      throw Status.UNKNOWN.withDescription(NO_LEADER).asException();
    }
    outlet.send(answer(oldest.getHeader(), oldest.getKvs(0)));
  }

  /** Sends the leader, each new value of it, and each new leader, until the call ends. */
  static void observe(LeaderRequest request, Session session, ThreadPerCall.Outlet outlet)
      throws StatusException, InterruptedException {
    ByteString prefix = Session.prefix(request.getName());
    while (true) {
      RangeResponse oldest = session.range(Session.oldest(prefix));
      LeaderResponse current =
          oldest.getKvsCount() == 0
              ? first(session, prefix, oldest.getHeader().getRevision())
              : answer(oldest.getHeader(), oldest.getKvs(0));
      outlet.send(current);
      follow(session, current, outlet);
    }
  }

  /** Waits for the first key under the prefix. */
  private static LeaderResponse first(Session session, ByteString prefix, long fromRevision)
      throws StatusException, InterruptedException {
    try (KeyWatch watch = session.watch(prefix, Session.end(prefix), fromRevision)) {
      while (true) {
        WatchResponse response = watch.next();
        for (Event event : response.getEventsList()) {
          if (event.getType() == EventType.PUT) {
            ResponseHeader.Builder header = response.getHeader().toBuilder();
            header.setRevision(event.getKv().getModRevision());
            return answer(header.build(), event.getKv());
          }
        }
      }
    }
  }

  /** Sends what the leader proclaims, until its key is gone. */
  private static void follow(Session session, LeaderResponse leader, ThreadPerCall.Outlet outlet)
      throws StatusException, InterruptedException {
    ByteString key = leader.getKv().getKey();
    long next = leader.getHeader().getRevision() + 1;
    try (KeyWatch watch = session.watch(key, ByteString.EMPTY, next)) {
      while (true) {
        WatchResponse response = watch.next();
        for (Event event : response.getEventsList()) {
          if (event.getType() == EventType.DELETE) {
            return;
          }
          outlet.send(answer(response.getHeader(), event.getKv()));
        }
      }
    }
  }

  private static LeaderResponse answer(ResponseHeader header, KeyValue leader) {
    return LeaderResponse.newBuilder().setHeader(header).setKv(leader).build();
  }
}
