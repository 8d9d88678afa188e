package dev.keelson.node;

import dev.keelson.kv.member.Members;
import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.raft.Role;
import dev.keelson.raft.SoftState;
import dev.keelson.raft.confchange.ConfChange;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Tells the log, in etcd's words, of what changed for the whole cluster: who leads, who belongs to
 * it, alarms, users and roles, the version. Each member tells it, when it applies the change; one
 * that replays its log tells it again, as etcd's do. Neither values nor passwords appear.
 *
 * <p>{@link #roleChanged} belongs to the node loop, the rest to the applier's thread.
 */
final class ChangeNotices {
  private static final Logger LOG = LoggerFactory.getLogger(ChangeNotices.class);

  private final String clusterId;
  private final String memberId;
  private @Nullable String clusterVersion;
  private long leader;

  /**
   * Creates the notices of a member.
   *
   * @param members as they are before the first change
   */
  ChangeNotices(long clusterId, long memberId, Members members) {
    this.clusterId = Long.toHexString(clusterId);
    this.memberId = Long.toHexString(memberId);
    clusterVersion = members.clusterVersion();
  }

  void roleChanged(SoftState soft, long term) {
    at(LOG.atInfo(), term).log("{} became {} at term {}", memberId, name(soft.role()), term);
    String after = Long.toHexString(soft.leader());
    String before = Long.toHexString(leader);
    if (soft.leader() == leader) {
      return;
    }
    if (leader == 0) {
      at(LOG.atInfo(), term)
          .log("raft.node: {} elected leader {} at term {}", memberId, after, term);
    } else if (soft.leader() == 0) {
      at(LOG.atInfo(), term).log("raft.node: {} lost leader {} at term {}", memberId, before, term);
    } else {
      at(LOG.atInfo(), term)
          .log(
              "raft.node: {} changed leader from {} to {} at term {}",
              memberId,
              before,
              after,
              term);
    }
    leader = soft.leader();
  }

  private static LoggingEventBuilder at(LoggingEventBuilder line, long term) {
    return line.addKeyValue("term", term);
  }

  private static String name(Role role) {
    return role.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * A change of the membership was applied.
   *
   * @param before the member's record until then; null if there was none
   */
  void memberChanged(ConfChange.V1 change, @Nullable Member before, @Nullable Member after) {
    String changed = Long.toHexString(change.nodeId());
    LoggingEventBuilder line =
        LOG.atInfo().addKeyValue("cluster-id", clusterId).addKeyValue("local-member-id", memberId);
    if (after == null) {
      line.addKeyValue("removed-remote-peer-id", changed)
          .addKeyValue("removed-remote-peer-urls", urls(before))
          .log("removed member");
    } else if (before == null) {
      line.addKeyValue("added-peer-id", changed)
          .addKeyValue("added-peer-peer-urls", urls(after))
          .addKeyValue("added-peer-is-learner", after.getRaftAttributes().getIsLearner())
          .log("added member");
    } else if (change.type() == ConfChange.Type.UPDATE) {
      line.addKeyValue("updated-remote-peer-id", changed)
          .addKeyValue("updated-remote-peer-urls", urls(after))
          .log("updated member");
    } else {
      line.addKeyValue("promoted-member-id", changed).log("promote member");
    }
  }

  private static String urls(@Nullable Member member) {
    return member == null ? "" : String.join(",", member.getRaftAttributes().getPeerUrlsList());
  }

  /** A request was applied, successfully. */
  void applied(InternalRaftRequest request) {
    if (request.hasPut() || request.hasTxn() || request.hasDeleteRange()) {
      return; // the many
    }
    if (request.hasAlarm()) {
      alarm(request.getAlarm());
    } else if (request.hasClusterVersionSet()) {
      version(request.getClusterVersionSet().getVer());
    } else if (request.hasAuthEnable()) {
      LOG.info("enabled authentication");
    } else if (request.hasAuthDisable()) {
      LOG.info("disabled authentication");
    } else {
      user(request);
      role(request);
    }
  }

  private static void alarm(AlarmRequest request) {
    switch (request.getAction()) {
      case ACTIVATE -> alarm(request, "alarm raised");
      case DEACTIVATE -> alarm(request, "alarm disarmed");
      default -> {
        // a question
      }
    }
  }

  private static void alarm(AlarmRequest request, String what) {
    LOG.atWarn()
        .addKeyValue("alarm", request.getAlarm())
        .addKeyValue("from", Long.toHexString(request.getMemberID()))
        .log(what);
  }

  private void version(String agreed) {
    LoggingEventBuilder line =
        LOG.atInfo().addKeyValue("cluster-id", clusterId).addKeyValue("local-member-id", memberId);
    if (clusterVersion == null) {
      line.addKeyValue("cluster-version", agreed).log("set initial cluster version");
    } else {
      line.addKeyValue("from", clusterVersion)
          .addKeyValue("to", agreed)
          .log("updated cluster version");
    }
    clusterVersion = agreed;
  }

  private static void user(InternalRaftRequest request) {
    if (request.hasAuthUserAdd()) {
      user(request.getAuthUserAdd().getName(), "added a user");
    } else if (request.hasAuthUserDelete()) {
      user(request.getAuthUserDelete().getName(), "deleted a user");
    } else if (request.hasAuthUserChangePassword()) {
      user(request.getAuthUserChangePassword().getName(), "changed a password of a user");
    } else if (request.hasAuthUserGrantRole()) {
      LOG.atInfo()
          .addKeyValue("user-name", request.getAuthUserGrantRole().getUser())
          .addKeyValue("added-role-name", request.getAuthUserGrantRole().getRole())
          .log("granted a role to a user");
    } else if (request.hasAuthUserRevokeRole()) {
      LOG.atInfo()
          .addKeyValue("user-name", request.getAuthUserRevokeRole().getName())
          .addKeyValue("revoked-role-name", request.getAuthUserRevokeRole().getRole())
          .log("revoked a role from a user");
    }
  }

  private static void user(String name, String what) {
    LOG.atInfo().addKeyValue("user-name", name).log(what);
  }

  private static void role(InternalRaftRequest request) {
    if (request.hasAuthRoleAdd()) {
      role(request.getAuthRoleAdd().getName(), "created a role");
    } else if (request.hasAuthRoleDelete()) {
      role(request.getAuthRoleDelete().getRole(), "deleted a role");
    } else if (request.hasAuthRoleGrantPermission()) {
      LOG.atInfo()
          .addKeyValue("role-name", request.getAuthRoleGrantPermission().getName())
          .addKeyValue(
              "permission-name", request.getAuthRoleGrantPermission().getPerm().getPermType())
          .log("granted/updated a permission to a role");
    } else if (request.hasAuthRoleRevokePermission()) {
      AuthRoleRevokePermissionRequest revoked = request.getAuthRoleRevokePermission();
      LOG.atInfo()
          .addKeyValue("role-name", revoked.getRole())
          .addKeyValue("key", revoked.getKey().toStringUtf8())
          .addKeyValue("range-end", revoked.getRangeEnd().toStringUtf8())
          .log("revoked a permission on range");
    }
  }

  private static void role(String name, String what) {
    LOG.atInfo().addKeyValue("role-name", name).log(what);
  }
}
