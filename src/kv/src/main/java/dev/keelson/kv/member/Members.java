package dev.keelson.kv.member;

import dev.keelson.kv.mvcc.Families;
import dev.keelson.proto.membershippb.Attributes;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.raft.confchange.ConfState;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Reader;
import dev.keelson.storage.backend.WriteBatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The replicated membership: who belongs to the cluster and where to reach it. Changed by the apply
 * thread only.
 */
public final class Members {
  private static final byte[] REMOVED = "removed/".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] VERSION = "clusterVersion".getBytes(StandardCharsets.US_ASCII);

  private volatile TreeMap<Long, Member> byId = new TreeMap<>(Long::compareUnsigned);
  private volatile SortedSet<Long> removed = new TreeSet<>();
  private volatile @Nullable String clusterVersion;

  /** Loads what the backend holds. */
  public Members(Reader backend) {
    reload(backend);
  }

  /** Loads everything anew, because the backend's contents were replaced. */
  public void reload(Reader backend) {
    TreeMap<Long, Member> found = new TreeMap<>(Long::compareUnsigned);
    try (Cursor cursor = backend.ascending(Families.MEMBERS, new byte[0], null)) {
      while (cursor.next()) {
        Member member = Member.parseFrom(cursor.value());
        found.put(member.getID(), member);
      }
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException("a member record cannot be decoded", e);
    }
    byId = found;
    TreeSet<Long> gone = new TreeSet<>();
    byte[] end = REMOVED.clone();
    end[end.length - 1]++;
    try (Cursor cursor = backend.ascending(Families.CLUSTER, REMOVED, end)) {
      while (cursor.next()) {
        gone.add(ByteBuffer.wrap(cursor.key()).getLong(REMOVED.length));
      }
    }
    removed = gone;
    byte[] version = backend.get(Families.CLUSTER, VERSION);
    clusterVersion = version == null ? null : new String(version, StandardCharsets.UTF_8);
  }

  /** All members, by ascending id. */
  public Collection<Member> all() {
    return Collections.unmodifiableCollection(byId.values());
  }

  public @Nullable Member find(long id) {
    return byId.get(id);
  }

  /** The configuration of consensus that the members make up. */
  public ConfState configuration() {
    List<Long> voters = new ArrayList<>();
    List<Long> learners = new ArrayList<>();
    for (Member member : byId.values()) {
      (member.getRaftAttributes().getIsLearner() ? learners : voters).add(member.getID());
    }
    return new ConfState(voters, learners, List.of(), List.of(), false);
  }

  /** Whether this id was removed: it can never be used again. */
  public boolean isRemoved(long id) {
    return removed.contains(id);
  }

  /** The version all members agreed to speak, {@code X.Y.Z}; null before it is decided. */
  public @Nullable String clusterVersion() {
    return clusterVersion;
  }

  /** Adds a member or replaces its record. */
  public void put(WriteBatch batch, Member member) {
    TreeMap<Long, Member> next = new TreeMap<>(byId);
    next.put(member.getID(), member);
    byId = next;
    batch.put(Families.MEMBERS, key(member.getID()), member.toByteArray());
  }

  /** Removes a member for good. */
  public void remove(WriteBatch batch, long id) {
    TreeMap<Long, Member> next = new TreeMap<>(byId);
    next.remove(id);
    byId = next;
    batch.delete(Families.MEMBERS, key(id));
    TreeSet<Long> gone = new TreeSet<>(removed);
    gone.add(id);
    removed = gone;
    byte[] name = ByteBuffer.allocate(REMOVED.length + Long.BYTES).put(REMOVED).putLong(id).array();
    batch.put(Families.CLUSTER, name, new byte[0]);
  }

  /** Records the name and the client URLs a member published; ignored for an unknown member. */
  public void publish(WriteBatch batch, long id, Attributes attributes) {
    Member known = byId.get(id);
    if (known != null) {
      put(batch, known.toBuilder().setMemberAttributes(attributes).build());
    }
  }

  public void setClusterVersion(WriteBatch batch, String version) {
    clusterVersion = version;
    batch.put(Families.CLUSTER, VERSION, version.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] key(long id) {
    return ByteBuffer.allocate(Long.BYTES).putLong(id).array();
  }
}
