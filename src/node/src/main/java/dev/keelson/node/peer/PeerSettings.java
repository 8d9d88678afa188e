package dev.keelson.node.peer;

import java.util.List;

/**
 * What the way to the other members needs to know.
 *
 * @param listenUrls where this member listens for the others: {@code http} or {@code https}, an
 *     address and a port
 * @param eventLoops threads that serve all peer connections, at least 1
 * @param messageBytesMax the largest message taken from another member; a batch is never larger
 *     than a quarter of it, unless a single message is
 * @param queueMessagesMax messages that wait for one member, at most, per lane
 * @param queueBytesMax their bytes, at most, per lane
 * @param probeMillis how often a connection is asked whether it lives
 * @param readTimeoutMillis a connection without an answer for this long is given up
 * @param connectTimeoutMillis how long connecting may take
 * @param backoffMinMillis the pause before the first new attempt to connect; four times as long
 *     before one to send a snapshot
 * @param backoffMaxMillis the longest pause between two attempts
 * @param callTimeoutMillis how long an answer to a call is waited for
 * @param snapshotBytesPerSecond how fast snapshots are sent, all together; 0 for no limit
 */
public record PeerSettings(
    List<String> listenUrls,
    int eventLoops,
    int messageBytesMax,
    int queueMessagesMax,
    long queueBytesMax,
    long probeMillis,
    long readTimeoutMillis,
    int connectTimeoutMillis,
    long backoffMinMillis,
    long backoffMaxMillis,
    long callTimeoutMillis,
    long snapshotBytesPerSecond) {

  /** The defaults: etcd's 5 s for a silent connection, snapshots at 256 MiB/s. */
  public static PeerSettings of(List<String> listenUrls) {
    return new PeerSettings(
        listenUrls, 2, 64 << 20, 4096, 64L << 20, 1000, 5000, 2000, 50, 2000, 5000, 256L << 20);
  }

  /** The same with another limit of snapshots. */
  public PeerSettings withSnapshotBytesPerSecond(long limit) {
    return new PeerSettings(
        listenUrls,
        eventLoops,
        messageBytesMax,
        queueMessagesMax,
        queueBytesMax,
        probeMillis,
        readTimeoutMillis,
        connectTimeoutMillis,
        backoffMinMillis,
        backoffMaxMillis,
        callTimeoutMillis,
        limit);
  }

  /** The same with another patience with silent connections. */
  public PeerSettings withReadTimeoutMillis(long timeout) {
    return new PeerSettings(
        listenUrls,
        eventLoops,
        messageBytesMax,
        queueMessagesMax,
        queueBytesMax,
        probeMillis,
        timeout,
        connectTimeoutMillis,
        backoffMinMillis,
        backoffMaxMillis,
        callTimeoutMillis,
        snapshotBytesPerSecond);
  }

  /** The same with another largest message. */
  public PeerSettings withMessageBytesMax(int limit) {
    return new PeerSettings(
        listenUrls,
        eventLoops,
        limit,
        queueMessagesMax,
        queueBytesMax,
        probeMillis,
        readTimeoutMillis,
        connectTimeoutMillis,
        backoffMinMillis,
        backoffMaxMillis,
        callTimeoutMillis,
        snapshotBytesPerSecond);
  }
}
