package dev.keelson.bench.load;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.keelson.bench.h2.Client;
import dev.keelson.proto.authpb.Permission;
import dev.keelson.proto.etcdserverpb.AuthDisableRequest;
import dev.keelson.proto.etcdserverpb.AuthDisableResponse;
import dev.keelson.proto.etcdserverpb.AuthEnableRequest;
import dev.keelson.proto.etcdserverpb.AuthEnableResponse;
import dev.keelson.proto.etcdserverpb.AuthRoleAddRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleAddResponse;
import dev.keelson.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleGrantPermissionResponse;
import dev.keelson.proto.etcdserverpb.AuthUserAddRequest;
import dev.keelson.proto.etcdserverpb.AuthUserAddResponse;
import dev.keelson.proto.etcdserverpb.AuthUserGrantRoleRequest;
import dev.keelson.proto.etcdserverpb.AuthUserGrantRoleResponse;
import dev.keelson.proto.etcdserverpb.AuthenticateRequest;
import dev.keelson.proto.etcdserverpb.AuthenticateResponse;
import dev.keelson.proto.etcdserverpb.MemberAddRequest;
import dev.keelson.proto.etcdserverpb.MemberAddResponse;
import dev.keelson.proto.etcdserverpb.MemberRemoveRequest;
import dev.keelson.proto.etcdserverpb.MemberRemoveResponse;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.StatusRequest;
import dev.keelson.proto.etcdserverpb.StatusResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What is asked of a server around the measuring: status, members, users. Each call has a
 * connection of its own and fails with an {@link IOException} unless it is answered with OK within
 * 20 seconds.
 */
public final class AdminCalls {
  /** A user that may read and write every key that {@link DataSet} makes, and no other. */
  public static final String USER = "bench";

  private static final String ROOT = "root";
  private static final String PASSWORD = "bench-password";
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final InetSocketAddress server;

  /** Calls of this server. */
  public AdminCalls(InetSocketAddress server) {
    this.server = server;
  }

  /** Status of the member. */
  public StatusResponse status() throws IOException, InterruptedException {
    return call(
        "Maintenance/Status", StatusRequest.getDefaultInstance(), StatusResponse.parser(), "");
  }

  /** How many of the keys that {@link DataSet} makes there are. */
  public long keyCount() throws IOException, InterruptedException {
    RangeRequest request =
        RangeRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8("k"))
            .setRangeEnd(ByteString.copyFromUtf8("l"))
            .setCountOnly(true)
            .build();
    return call("KV/Range", request, RangeResponse.parser(), "").getCount();
  }

  /** Announces a learner at this peer URL; answers its member id. */
  public long addLearner(String peerUrl) throws IOException, InterruptedException {
    MemberAddRequest request =
        MemberAddRequest.newBuilder().addPeerURLs(peerUrl).setIsLearner(true).build();
    return call("Cluster/MemberAdd", request, MemberAddResponse.parser(), "").getMember().getID();
  }

  /** Removes a member. */
  public void removeMember(long id) throws IOException, InterruptedException {
    call(
        "Cluster/MemberRemove",
        MemberRemoveRequest.newBuilder().setID(id).build(),
        MemberRemoveResponse.parser(),
        "");
  }

  /** Makes root and {@link #USER}, who has one role; authentication stays off. */
  public void makeUsers() throws IOException, InterruptedException {
    for (String name : List.of(ROOT, USER)) {
      call(
          "Auth/UserAdd",
          AuthUserAddRequest.newBuilder().setName(name).setPassword(PASSWORD).build(),
          AuthUserAddResponse.parser(),
          "");
      call(
          "Auth/RoleAdd",
          AuthRoleAddRequest.newBuilder().setName(name).build(),
          AuthRoleAddResponse.parser(),
          "");
      call(
          "Auth/UserGrantRole",
          AuthUserGrantRoleRequest.newBuilder().setUser(name).setRole(name).build(),
          AuthUserGrantRoleResponse.parser(),
          "");
    }
    Permission keys =
        Permission.newBuilder()
            .setPermType(Permission.Type.READWRITE)
            .setKey(ByteString.copyFromUtf8("k"))
            .setRangeEnd(ByteString.copyFromUtf8("l"))
            .build();
    call(
        "Auth/RoleGrantPermission",
        AuthRoleGrantPermissionRequest.newBuilder().setName(USER).setPerm(keys).build(),
        AuthRoleGrantPermissionResponse.parser(),
        "");
  }

  /** Turns authentication on. */
  public void enableAuth() throws IOException, InterruptedException {
    call(
        "Auth/AuthEnable", AuthEnableRequest.getDefaultInstance(), AuthEnableResponse.parser(), "");
  }

  /** Turns it off again. */
  public void disableAuth() throws IOException, InterruptedException {
    call(
        "Auth/AuthDisable",
        AuthDisableRequest.getDefaultInstance(),
        AuthDisableResponse.parser(),
        login(ROOT));
  }

  /** Metadata that makes calls those of {@link #USER}. */
  public Map<String, String> userMetadata() throws IOException, InterruptedException {
    return metadata(login(USER));
  }

  /** A login of {@link #USER}. */
  static AuthenticateRequest login() {
    return AuthenticateRequest.newBuilder().setName(USER).setPassword(PASSWORD).build();
  }

  private String login(String user) throws IOException, InterruptedException {
    AuthenticateRequest request =
        AuthenticateRequest.newBuilder().setName(user).setPassword(PASSWORD).build();
    return call("Auth/Authenticate", request, AuthenticateResponse.parser(), "").getToken();
  }

  private static Map<String, String> metadata(String token) {
    return token.isEmpty() ? Map.of() : Map.of("token", token);
  }

  private <T extends MessageLite> T call(
      String method, MessageLite request, Parser<T> parser, String token)
      throws IOException, InterruptedException {
    try (Client client = Client.connect(List.of(server), 1, CONNECT_LIMIT, metadata(token))) {
      return client.call("/etcdserverpb." + method, request, parser, LIMIT);
    }
  }
}
