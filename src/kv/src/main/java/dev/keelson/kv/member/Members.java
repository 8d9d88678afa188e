package dev.keelson.kv.member;

import dev.keelson.kv.mvcc.Families;
import dev.keelson.proto.membershippb.Attributes;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.WriteBatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The replicated membership: who belongs to the cluster and where to reach it. Changed by the apply
 * thread only.
 */
public final class Members {
  private static final byte[] VERSION = "clusterVersion".getBytes(StandardCharsets.US_ASCII);

  private volatile TreeMap<Long, Member> byId = new TreeMap<>(Long::compareUnsigned);
  private volatile @Nullable String clusterVersion;

  /** Loads what the backend holds. */
  public Members(KvBackend backend) {
    try (Cursor cursor = backend.ascending(Families.MEMBERS, new byte[0], null)) {
      while (cursor.next()) {
        Member member = Member.parseFrom(cursor.value());
        byId.put(member.getID(), member);
      }
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException("a member record cannot be decoded", e);
    }
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
