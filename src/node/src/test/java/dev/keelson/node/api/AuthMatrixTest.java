package dev.keelson.node.api;

import static dev.keelson.node.api.MatrixRow.Who.CERTIFIED;
import static dev.keelson.node.api.MatrixRow.Who.EXPIRED;
import static dev.keelson.node.api.MatrixRow.Who.NARROW;
import static dev.keelson.node.api.MatrixRow.Who.NOBODY;
import static dev.keelson.node.api.MatrixRow.Who.NO_ROLE;
import static dev.keelson.node.api.MatrixRow.Who.READER;
import static dev.keelson.node.api.MatrixRow.Who.ROOT;
import static dev.keelson.node.api.MatrixRow.Who.WRITER;
import static dev.keelson.node.api.MatrixRow.Who.WRONG;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.node.api.MatrixRow.Who;
import dev.keelson.proto.authpb.Permission;
import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.etcdserverpb.AuthGrpc;
import dev.keelson.proto.etcdserverpb.AuthStatusRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import io.grpc.Metadata;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every RPC, called by everybody, without alarm and under each: who gets through, and what the
 * others are told. The expectations are written down in {@link MatrixRows}, apart from the rights
 * that the services declare.
 */
@Timeout(120)
class AuthMatrixTest {
  private static final String DENIED = "PERMISSION_DENIED: etcdserver: permission denied";
  private static final String BAD_TOKEN = "UNAUTHENTICATED: etcdserver: invalid auth token";
  private static final String NO_USER = "INVALID_ARGUMENT: etcdserver: user name is empty";

  /** Whose alarms do not clear themselves: no member has this id. */
  private static final long FOREIGN_MEMBER = 99;

  @TempDir Path folder;

  @Test
  void everyRpcHasItsRow() throws Exception {
    Set<String> offered = new TreeSet<>();
    try (SecuredMember served = new SecuredMember(folder.resolve("m"), "simple")) {
      for (ServerServiceDefinition service : served.services()) {
        for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
          offered.add(method.getMethodDescriptor().getFullMethodName());
        }
      }
    }
    assertThat(MatrixRows.ALL.stream().map(MatrixRow::rpc).collect(Collectors.toSet()))
        .isEqualTo(offered);
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "jwt"})
  void everybodyGetsWhatIsTheirsAndNothingElse(String kind) throws Exception {
    try (SecuredMember served = new SecuredMember(folder.resolve(kind), tokens(kind))) {
      populate(served);
      Map<Who, Metadata> callers = callers(served);
      List<String> wrong = new ArrayList<>();
      int cells = 0;
      for (AlarmType alarm : List.of(AlarmType.NONE, AlarmType.NOSPACE, AlarmType.CORRUPT)) {
        alarm(served, callers, AlarmAction.ACTIVATE, alarm);
        for (MatrixRow row : MatrixRows.ALL) {
          for (Who who : Who.values()) {
            if (row.once() && row.allowed().contains(who)) {
              continue;
            }
            String expected = expected(row, who, alarm);
            String got = served.call(row.method(), headers(callers, who), row.request());
            if (!got.equals(expected)) {
              wrong.add("%s %s %s: %s instead of %s".formatted(alarm, row, who, got, expected));
            }
            cells++;
          }
        }
        alarm(served, callers, AlarmAction.DEACTIVATE, alarm);
      }
      assertThat(wrong).isEmpty();
      assertThat(cells).isGreaterThan(1300);
    }
  }

  private String tokens(String kind) throws Exception {
    return kind.equals("simple")
        ? kind
        : "jwt,sign-method=HS256,priv-key="
            + Files.writeString(folder.resolve("secret"), "a secret of the test, long enough");
  }

  private static String expected(MatrixRow row, Who who, AlarmType alarm) {
    if (row.allowed().contains(who)) {
      return switch (alarm) {
        case NOSPACE -> row.underNoSpace();
        case CORRUPT -> row.underCorrupt();
        default -> row.answer();
      };
    }
    String refusal =
        switch (who) {
          case NOBODY -> NO_USER;
          case EXPIRED, WRONG -> BAD_TOKEN;
          default -> DENIED;
        };
    return row.isWatch() ? goText(refusal) : refusal;
  }

  /** A refused watch is told in the words of Go's client. */
  private static String goText(String refusal) {
    return "rpc error: code = "
        + refusal
            .replace("PERMISSION_DENIED: ", "PermissionDenied desc = ")
            .replace("UNAUTHENTICATED: ", "Unauthenticated desc = ")
            .replace("INVALID_ARGUMENT: ", "InvalidArgument desc = ");
  }

  private static Metadata headers(Map<Who, Metadata> callers, Who who) {
    Metadata copy = new Metadata();
    copy.merge(requireNonNull(callers.get(who)));
    return copy;
  }

  private static void populate(SecuredMember served) {
    Metadata nobody = SecuredMember.nobody();
    for (String name : List.of("root", "no-role", "reader", "writer", "narrow", "certified")) {
      served.addUser(nobody, name);
    }
    served.grant(nobody, "reader", Permission.Type.READ, "k", "l");
    served.grant(nobody, "writer", Permission.Type.WRITE, "k", "l");
    served.grant(nobody, "narrow", Permission.Type.READWRITE, "k1", "");
    served.grant(nobody, "certified", Permission.Type.READWRITE, "k", "l");
    for (long lease : List.of(MatrixRows.LEASE, MatrixRows.EMPTY_LEASE)) {
      assertThat(
              served.call(
                  LeaseGrpc.getLeaseGrantMethod(),
                  nobody,
                  LeaseGrantRequest.newBuilder().setID(lease).setTTL(10_000).build()))
          .isEqualTo(Probe.OK);
    }
    for (String key : List.of("k1", "k2")) {
      PutRequest put =
          PutRequest.newBuilder()
              .setKey(ByteString.copyFromUtf8(key))
              .setLease(MatrixRows.LEASE)
              .build();
      assertThat(served.call(KVGrpc.getPutMethod(), nobody, put)).isEqualTo(Probe.OK);
    }
  }

  private static Map<Who, Metadata> callers(SecuredMember served) {
    served.enable();
    String expired = served.login("root");
    served.expireTokens();
    Map<Who, Metadata> callers = new EnumMap<>(Who.class);
    callers.put(NOBODY, SecuredMember.nobody());
    callers.put(NO_ROLE, SecuredMember.token(served.login("no-role")));
    callers.put(READER, SecuredMember.token(served.login("reader")));
    callers.put(WRITER, SecuredMember.token(served.login("writer")));
    callers.put(NARROW, SecuredMember.token(served.login("narrow")));
    callers.put(ROOT, SecuredMember.token(served.login("root")));
    callers.put(CERTIFIED, SecuredMember.certified());
    callers.put(EXPIRED, SecuredMember.token(expired));
    callers.put(WRONG, SecuredMember.token("abcdefghijklmnop.12345"));
    assertThat(
            served.call(
                AuthGrpc.getAuthStatusMethod(),
                headers(callers, ROOT),
                AuthStatusRequest.getDefaultInstance()))
        .isEqualTo(Probe.OK);
    return callers;
  }

  private static void alarm(
      SecuredMember served, Map<Who, Metadata> callers, AlarmAction action, AlarmType type) {
    if (type != AlarmType.NONE) {
      assertThat(
              served.call(
                  MaintenanceGrpc.getAlarmMethod(),
                  headers(callers, ROOT),
                  AlarmRequest.newBuilder()
                      .setAction(action)
                      .setMemberID(FOREIGN_MEMBER)
                      .setAlarm(type)
                      .build()))
          .isEqualTo(Probe.OK);
    }
  }
}
