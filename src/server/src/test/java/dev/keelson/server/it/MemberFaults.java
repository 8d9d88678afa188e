package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.proto.etcdserverpb.HashKVRequest;
import dev.keelson.proto.etcdserverpb.HashKVResponse;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.MoveLeaderRequest;
import dev.keelson.proto.etcdserverpb.StatusRequest;
import dev.keelson.proto.etcdserverpb.StatusResponse;
import dev.keelson.sim.process.ServerProcess;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** What happens to the members of a cluster while it is used. */
final class MemberFaults {
  private static final long CALL_SECONDS = 20;
  private static final int ATTEMPTS = 200;

  private final List<ServerProcess> members;
  private int followers;

  MemberFaults(List<ServerProcess> members) {
    this.members = members;
  }

  /** SIGKILL for the leader, which comes back when the others have had a successor. */
  void killLeader() throws InterruptedException {
    ServerProcess leader = members.get(leader());
    leader.kill();
    if (members.size() > 1) {
      var _ = leader();
    }
    restart(leader);
  }

  /** SIGKILL for a follower, another one each time; for the only member if there is but one. */
  void killFollower() throws InterruptedException {
    int leader = leader();
    int other = leader;
    if (members.size() > 1) {
      other = (leader + 1 + followers++ % (members.size() - 1)) % members.size();
    }
    members.get(other).kill();
    restart(members.get(other));
  }

  private static void restart(ServerProcess member) throws InterruptedException {
    long began = System.nanoTime();
    member.start();
    System.out.printf("a member was back after %.1f s%n", (System.nanoTime() - began) / 1e9);
  }

  /** Leadership goes to another member, if there is one. */
  void moveLeader() throws InterruptedException {
    if (members.size() == 1) {
      return;
    }
    int leader = leader();
    int next = (leader + 1) % members.size();
    long successor = ask(members.get(next), MemberFaults::status).getHeader().getMemberId();
    var _ =
        ask(
            members.get(leader),
            stub -> stub.moveLeader(MoveLeaderRequest.newBuilder().setTargetID(successor).build()));
  }

  /** Every member has the same content, compared by etcd's hash at one revision. */
  void assertSameContent() throws InterruptedException {
    long revision = ask(members.get(leader()), MemberFaults::status).getHeader().getRevision();
    Set<Integer> hashes = new LinkedHashSet<>();
    for (ServerProcess member : members) {
      hashes.add(hash(member, revision).getHash());
    }
    assertThat(hashes).hasSize(1);
  }

  /** A member that lags behind does not know the revision yet. */
  private static HashKVResponse hash(ServerProcess member, long revision)
      throws InterruptedException {
    StatusRuntimeException last = null;
    for (int i = 0; i < ATTEMPTS; i++) {
      try {
        return ask(
            member, stub -> stub.hashKV(HashKVRequest.newBuilder().setRevision(revision).build()));
      } catch (StatusRuntimeException e) {
        last = e;
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
    throw new AssertionError("no hash of " + member.endpoint(), last);
  }

  /** The place of a running member that leads. */
  private int leader() throws InterruptedException {
    List<String> seen = new ArrayList<>();
    for (int i = 0; i < ATTEMPTS; i++) {
      seen.clear();
      for (int at = 0; at < members.size(); at++) {
        ServerProcess member = members.get(at);
        if (!member.isAlive()) {
          continue;
        }
        try {
          StatusResponse status = ask(member, MemberFaults::status);
          if (status.getLeader() == status.getHeader().getMemberId()) {
            return at;
          }
          seen.add(member.endpoint() + " follows " + status.getLeader());
        } catch (StatusRuntimeException e) {
          seen.add(member.endpoint() + " " + e.getStatus());
        }
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    throw new AssertionError("no member leads: " + seen);
  }

  private static StatusResponse status(MaintenanceGrpc.MaintenanceBlockingStub stub) {
    return stub.status(StatusRequest.getDefaultInstance());
  }

  private static <T> T ask(
      ServerProcess member, Function<MaintenanceGrpc.MaintenanceBlockingStub, T> question) {
    ManagedChannel channel = Servers.connect(member);
    try {
      return question.apply(
          MaintenanceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS));
    } finally {
      channel.shutdownNow();
    }
  }
}
