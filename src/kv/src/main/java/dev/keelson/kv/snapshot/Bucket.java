package dev.keelson.kv.snapshot;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.keelson.kv.member.MemberJson;
import dev.keelson.kv.mvcc.AppliedPosition;
import dev.keelson.kv.mvcc.Families;
import dev.keelson.kv.mvcc.Revision;
import dev.keelson.kv.mvcc.View;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.storage.backend.Cursor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A bucket of etcd's file and where its rows come from. Each stands there even without rows, as
 * etcd creates all of them.
 *
 * @param name its name in the file
 * @param rows opens the rows in a view
 */
record Bucket(String name, Function<View, BucketRows> rows) {
  private static final byte[] CLUSTER_VERSION = ascii("clusterVersion");
  private static final byte[] AUTH_ENABLED = ascii("authEnabled");
  private static final byte[] AUTH_REVISION = ascii("authRevision");

  /** What etcd's authentication store writes when it is first opened. */
  private static final long FIRST_AUTH_REVISION = 1;

  /** All buckets, sorted as the file needs them. */
  static List<Bucket> all(String storageVersion) {
    return List.of(
        new Bucket("alarm", view -> BucketRows.of(view, Families.ALARMS)),
        new Bucket("auth", Bucket::auth),
        new Bucket("authRoles", view -> BucketRows.of(view, Families.ROLES)),
        new Bucket("authUsers", view -> BucketRows.of(view, Families.USERS)),
        new Bucket("cluster", Bucket::cluster),
        new Bucket(CarriedBuckets.KEYS, BucketRows::ofEvents),
        new Bucket("lease", view -> BucketRows.of(view, Families.LEASES)),
        new Bucket("members", Bucket::members),
        new Bucket("members_removed", _ -> BucketRows.of(sorted())),
        new Bucket("meta", view -> meta(view, storageVersion)));
  }

  /** Whether this is the one with all versions of all keys. */
  boolean isOfKeys() {
    return name.equals(CarriedBuckets.KEYS);
  }

  private static BucketRows auth(View view) {
    TreeMap<byte[], byte[]> rows = sorted();
    rows.put(AUTH_ENABLED, new byte[] {0});
    rows.put(AUTH_REVISION, number(FIRST_AUTH_REVISION));
    try (Cursor cursor = view.reader().ascending(Families.AUTH, new byte[0], null)) {
      while (cursor.next()) {
        rows.put(cursor.key(), cursor.value());
      }
    }
    return BucketRows.of(rows);
  }

  private static BucketRows cluster(View view) {
    TreeMap<byte[], byte[]> rows = sorted();
    byte[] version = view.reader().get(Families.CLUSTER, CLUSTER_VERSION);
    if (version != null) {
      rows.put(CLUSTER_VERSION, version);
    }
    return BucketRows.of(rows);
  }

  private static BucketRows members(View view) {
    TreeMap<byte[], byte[]> rows = sorted();
    for (Member member : memberList(view)) {
      rows.put(ascii(Long.toHexString(member.getID())), MemberJson.encode(member));
    }
    return BucketRows.of(rows);
  }

  private static BucketRows meta(View view, String storageVersion) {
    TreeMap<byte[], byte[]> rows = sorted();
    AppliedPosition applied = AppliedPosition.read(view.reader());
    rows.put(ascii("consistent_index"), number(applied.index()));
    rows.put(ascii("term"), number(applied.term()));
    rows.put(ascii("confState"), ascii(confState(memberList(view))));
    rows.put(ascii("storageVersion"), ascii(storageVersion));
    if (view.compactRevision() >= 0) {
      // what the compaction makes obsolete is not in the file, so there it is finished
      byte[] compacted = new Revision(view.compactRevision(), 0).encode();
      rows.put(ascii("scheduledCompactRev"), compacted);
      rows.put(ascii("finishedCompactRev"), compacted);
    }
    return BucketRows.of(rows);
  }

  private static List<Member> memberList(View view) {
    List<Member> members = new ArrayList<>();
    try (Cursor cursor = view.reader().ascending(Families.MEMBERS, new byte[0], null)) {
      while (cursor.next()) {
        members.add(Member.parseFrom(cursor.value()));
      }
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException("a member record cannot be decoded", e);
    }
    return members;
  }

  /** {@code raftpb.ConfState} as Go's JSON encoder prints it. */
  private static String confState(List<Member> members) {
    return "{"
        + ids("voters", members.stream().filter(each -> !isLearner(each)).toList())
        + ids("learners", members.stream().filter(Bucket::isLearner).toList())
        + "\"auto_leave\":false}";
  }

  private static boolean isLearner(Member member) {
    return member.getRaftAttributes().getIsLearner();
  }

  private static String ids(String name, List<Member> members) {
    return members.isEmpty()
        ? ""
        : members.stream()
            .map(each -> Long.toUnsignedString(each.getID()))
            .collect(Collectors.joining(",", "\"" + name + "\":[", "],"));
  }

  private static TreeMap<byte[], byte[]> sorted() {
    return new TreeMap<>(Arrays::compareUnsigned);
  }

  private static byte[] number(long value) {
    return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }
}
