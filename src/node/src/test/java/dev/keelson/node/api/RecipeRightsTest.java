package dev.keelson.node.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.authpb.Permission;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.v3electionpb.CampaignRequest;
import dev.keelson.proto.v3electionpb.ElectionGrpc;
import dev.keelson.proto.v3electionpb.LeaderRequest;
import dev.keelson.proto.v3lockpb.LockGrpc;
import dev.keelson.proto.v3lockpb.LockRequest;
import dev.keelson.proto.v3lockpb.UnlockRequest;
import io.grpc.Metadata;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Locks and elections can do what their caller may do, and nothing else. */
@Timeout(60)
class RecipeRightsTest {
  private static final String DENIED = "UNKNOWN: etcdserver: permission denied";
  private static final long LEASE = 7;

  @TempDir Path folder;

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  @Test
  void recipesActInTheNameOfTheirCaller() throws Exception {
    try (SecuredMember served = new SecuredMember(folder.resolve("member"), "simple")) {
      Metadata nobody = SecuredMember.nobody();
      served.addUser(nobody, "root");
      served.addUser(nobody, "owner");
      served.addUser(nobody, "reader");
      served.grant(nobody, "owner", Permission.Type.READWRITE, "own/", "own0");
      served.grant(nobody, "reader", Permission.Type.READ, "own/", "own0");
      served.enable();
      String owner = served.login("owner");
      String reader = served.login("reader");
      assertThat(
              served.call(
                  LeaseGrpc.getLeaseGrantMethod(),
                  SecuredMember.token(owner),
                  LeaseGrantRequest.newBuilder().setID(LEASE).setTTL(1000).build()))
          .isEqualTo(Probe.OK);

      LockRequest lock = LockRequest.newBuilder().setName(bytes("own/l")).setLease(LEASE).build();
      LockRequest other = LockRequest.newBuilder().setName(bytes("other")).setLease(LEASE).build();
      UnlockRequest unlock = UnlockRequest.newBuilder().setKey(bytes("own/l/7")).build();
      CampaignRequest campaign =
          CampaignRequest.newBuilder().setName(bytes("own/e")).setLease(LEASE).build();
      LeaderRequest leader = LeaderRequest.newBuilder().setName(bytes("own/e")).build();

      assertThat(served.call(LockGrpc.getLockMethod(), nobody, lock)).isNotEqualTo(Probe.OK);
      assertThat(served.call(LockGrpc.getLockMethod(), SecuredMember.token(reader), lock))
          .isEqualTo(DENIED);
      assertThat(served.call(LockGrpc.getLockMethod(), SecuredMember.token(owner), other))
          .isEqualTo(DENIED);
      assertThat(served.call(LockGrpc.getLockMethod(), SecuredMember.token(owner), lock))
          .isEqualTo(Probe.OK);
      assertThat(served.call(LockGrpc.getUnlockMethod(), SecuredMember.token(reader), unlock))
          .isEqualTo(DENIED);
      assertThat(served.call(LockGrpc.getUnlockMethod(), SecuredMember.token(owner), unlock))
          .isEqualTo(Probe.OK);
      assertThat(
              served.call(ElectionGrpc.getCampaignMethod(), SecuredMember.token(reader), campaign))
          .isEqualTo(DENIED);
      assertThat(
              served.call(ElectionGrpc.getCampaignMethod(), SecuredMember.token(owner), campaign))
          .isEqualTo(Probe.OK);
      assertThat(served.call(ElectionGrpc.getLeaderMethod(), nobody, leader))
          .isNotEqualTo(Probe.OK);
      assertThat(served.call(ElectionGrpc.getLeaderMethod(), SecuredMember.token(reader), leader))
          .isEqualTo(Probe.OK);
    }
  }
}
