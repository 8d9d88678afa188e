package dev.keelson.operator.member;

import dev.keelson.proto.etcdserverpb.ClusterGrpc;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.Member;
import dev.keelson.proto.etcdserverpb.MemberAddRequest;
import dev.keelson.proto.etcdserverpb.MemberListRequest;
import dev.keelson.proto.etcdserverpb.MemberListResponse;
import dev.keelson.proto.etcdserverpb.MemberPromoteRequest;
import dev.keelson.proto.etcdserverpb.MemberRemoveRequest;
import dev.keelson.proto.etcdserverpb.MoveLeaderRequest;
import dev.keelson.proto.etcdserverpb.StatusRequest;
import dev.keelson.proto.etcdserverpb.StatusResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Talks to one cluster. A member that does not answer within two seconds counts as dead, which is a
 * fact about it and no error; changes have ten.
 */
public final class ClusterClient {
  private static final long STATUS_SECONDS = 2;
  private static final long CHANGE_SECONDS = 10;

  private final MemberConnections connections;
  private final Map<MemberAddress, MemberState> states;
  private final List<MemberAddress> addresses;
  private final Access access;
  private @Nullable RootToken token;

  private ClusterClient(
      MemberConnections connections, List<MemberAddress> addresses, Access access) {
    this.connections = connections;
    this.addresses = addresses;
    this.access = access;
    this.states = new LinkedHashMap<>();
  }

  /** Asks all the given addresses for their state at once. */
  public static ClusterClient connect(
      MemberConnections connections, List<MemberAddress> addresses, Access access) {
    ClusterClient client = new ClusterClient(connections, addresses, access);
    client.ask();
    return client;
  }

  /** Asks the same addresses once more. */
  public ClusterClient again() {
    return connect(connections, addresses, access);
  }

  private void ask() {
    Map<MemberAddress, Future<StatusResponse>> asked = new LinkedHashMap<>();
    for (MemberAddress address : addresses) {
      var channel = connections.to(address, access.tls());
      asked.put(
          address,
          authenticated(MaintenanceGrpc.newFutureStub(channel))
              .withDeadlineAfter(STATUS_SECONDS, TimeUnit.SECONDS)
              .status(StatusRequest.getDefaultInstance()));
    }
    asked.forEach(
        (address, call) -> {
          StatusResponse status = answer(call);
          if (status != null) {
            states.put(address, state(status));
          }
        });
  }

  private static MemberState state(StatusResponse status) {
    return new MemberState(
        status.getHeader().getClusterId(),
        status.getHeader().getMemberId(),
        status.getLeader(),
        status.getIsLearner(),
        status.getVersion(),
        status.getRaftIndex(),
        status.getRaftAppliedIndex(),
        status.getHeader().getRevision(),
        status.getDbSize(),
        status.getErrorsList());
  }

  /** What the members that answered say of themselves. */
  public Map<MemberAddress, MemberState> states() {
    return Collections.unmodifiableMap(states);
  }

  /**
   * The member list by a linearizable read; null if no member could serve one. A member that leads
   * is asked first; if that fails all others are at once, as some of them may be on the right side
   * of a partition.
   */
  public @Nullable ClusterView view() {
    List<MemberAddress> order = byUsefulness();
    if (order.isEmpty()) {
      return null;
    }
    boolean led = Objects.requireNonNull(states.get(order.getFirst())).leads();
    MemberListResponse list = led ? list(order.subList(0, 1)) : null;
    if (list == null) {
      list = list(led ? order.subList(1, order.size()) : order);
    }
    return list == null ? null : view(list);
  }

  private @Nullable MemberListResponse list(List<MemberAddress> asked) {
    List<Future<MemberListResponse>> answers = new ArrayList<>();
    for (MemberAddress address : asked) {
      answers.add(
          authenticated(ClusterGrpc.newFutureStub(connections.to(address, access.tls())))
              .withDeadlineAfter(STATUS_SECONDS, TimeUnit.SECONDS)
              .memberList(MemberListRequest.newBuilder().setLinearizable(true).build()));
    }
    return answers.stream()
        .map(ClusterClient::answer)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** Null if there is none: the deadline of the call is over, or it failed. */
  private static <A> @Nullable A answer(Future<A> call) {
    try {
      return call.get();
    } catch (ExecutionException dead) {
      return null;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private ClusterView view(MemberListResponse list) {
    long clusterId = list.getHeader().getClusterId();
    Map<Long, MemberState> byId = new LinkedHashMap<>();
    for (MemberState state : states.values()) {
      if (state.clusterId() == clusterId) {
        byId.put(state.memberId(), state);
      }
    }
    List<ListedMember> members = new ArrayList<>();
    for (Member member : list.getMembersList()) {
      members.add(
          new ListedMember(
              member.getID(),
              member.getName(),
              member.getPeerURLsList(),
              member.getIsLearner(),
              byId.get(member.getID())));
    }
    return new ClusterView(clusterId, members);
  }

  /** Adds a learner. Fails with ALREADY_EXISTS or FAILED_PRECONDITION if the URL is listed. */
  public void addLearner(String peerUrl) {
    var _ =
        cluster()
            .memberAdd(
                MemberAddRequest.newBuilder().addPeerURLs(peerUrl).setIsLearner(true).build());
  }

  /** Makes a learner a voter. Fails with FAILED_PRECONDITION if it has not caught up. */
  public void promote(long id) {
    var _ = cluster().memberPromote(MemberPromoteRequest.newBuilder().setID(id).build());
  }

  /** Removes a member. One that is not there counts as removed. */
  public void remove(long id) {
    try {
      var _ = cluster().memberRemove(MemberRemoveRequest.newBuilder().setID(id).build());
    } catch (StatusRuntimeException failed) {
      if (failed.getStatus().getCode() != Status.Code.NOT_FOUND) {
        throw failed;
      }
    }
  }

  /** Hands leadership over; only the leader takes this call. */
  public void moveLeader(long toId) {
    var channel = connections.to(byUsefulness().getFirst(), access.tls());
    var _ =
        change(MaintenanceGrpc.newBlockingStub(channel))
            .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(toId).build());
  }

  private ClusterGrpc.ClusterBlockingStub cluster() {
    return change(ClusterGrpc.newBlockingStub(connections.to(first(), access.tls())));
  }

  /** The calls of the Auth service, at the same member as changes go to. */
  public AuthSetup auth() {
    return new AuthSetup(connections.to(first(), access.tls()), this::authenticated);
  }

  private MemberAddress first() {
    List<MemberAddress> order = byUsefulness();
    if (order.isEmpty()) {
      throw Status.UNAVAILABLE.withDescription("no member answers").asRuntimeException();
    }
    return order.getFirst();
  }

  /** The leader, then who knows one, then voters, then learners. */
  private List<MemberAddress> byUsefulness() {
    return states.entrySet().stream()
        .sorted(
            Comparator.comparing(
                    (Map.Entry<MemberAddress, MemberState> entry) -> !entry.getValue().leads())
                .thenComparing(entry -> entry.getValue().leaderId() == 0)
                .thenComparing(entry -> entry.getValue().learner()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private <S extends AbstractStub<S>> S change(S stub) {
    return authenticated(stub).withDeadlineAfter(CHANGE_SECONDS, TimeUnit.SECONDS);
  }

  private <S extends AbstractStub<S>> S authenticated(S stub) {
    String password = access.password();
    if (password == null || addresses.isEmpty()) {
      return stub;
    }
    if (token == null) {
      token = new RootToken(connections, addresses, access.tls(), password);
    }
    return stub.withCallCredentials(token);
  }
}
