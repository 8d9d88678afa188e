package dev.keelson.node;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.List;

/**
 * Member and cluster ids, computed as etcd computes them, so that the same flags give the same ids.
 */
public final class ClusterIds {
  private ClusterIds() {}

  /**
   * The id of a member of a static bootstrap: the first eight bytes of the SHA-1 of its sorted peer
   * URLs and the cluster token.
   */
  public static long member(Collection<String> peerUrls, String token) {
    StringBuilder joined = new StringBuilder();
    peerUrls.stream().sorted().forEach(joined::append);
    joined.append(token);
    return firstEight(joined.toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The id of a member added at run time: the moment takes the place of the token, so that the same
   * URLs give another id each time.
   *
   * @param epochSeconds wall-clock time in seconds
   */
  public static long added(Collection<String> peerUrls, long epochSeconds) {
    return member(peerUrls, Long.toString(epochSeconds));
  }

  /**
   * The id of a cluster: the first eight bytes of the SHA-1 of its first members' ids, ascending.
   */
  public static long cluster(List<Long> memberIds) {
    ByteBuffer ids = ByteBuffer.allocate(memberIds.size() * Long.BYTES);
    memberIds.stream().sorted(Long::compareUnsigned).forEach(ids::putLong);
    return firstEight(ids.array());
  }

  private static long firstEight(byte[] input) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-1").digest(input)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
