package dev.keelson.node.peer;

import dev.keelson.node.env.SystemEnvironment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A transport on a port of its own, and what it received. */
final class Peer implements AutoCloseable {
  static final PeerSettings SETTINGS = PeerSettings.of(List.of("http://127.0.0.1:0"));

  final long id;
  final RecordingReceiver receiver;
  final GrpcTransport transport;
  final SystemEnvironment environment = new SystemEnvironment();

  Peer(long id) {
    this(id, RecordingReceiver.CLUSTER, SETTINGS);
  }

  Peer(long id, long cluster, PeerSettings settings) {
    this.id = id;
    receiver = new RecordingReceiver(id, temporary());
    transport = new GrpcTransport(settings, environment, null, PeerFront.MEMBERS_ONLY);
    transport.start(cluster, id, receiver);
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("keelson-peer-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Settings of one that pauses so long after a failure that no test sees the end of it. */
  static PeerSettings patient() {
    long pause = TimeUnit.HOURS.toMillis(1);
    return new PeerSettings(
        SETTINGS.listenUrls(),
        SETTINGS.eventLoops(),
        SETTINGS.messageBytesMax(),
        SETTINGS.queueMessagesMax(),
        SETTINGS.queueBytesMax(),
        SETTINGS.probeMillis(),
        SETTINGS.readTimeoutMillis(),
        SETTINGS.connectTimeoutMillis(),
        pause,
        pause,
        SETTINGS.callTimeoutMillis(),
        SETTINGS.snapshotBytesPerSecond());
  }

  int port() {
    return ((InetSocketAddress) transport.addresses().getFirst()).getPort();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  void knows(Peer... others) {
    Map<Long, List<String>> urls = new java.util.TreeMap<>();
    for (Peer other : others) {
      urls.put(other.id, List.of(other.url()));
    }
    transport.setPeers(urls);
    receiver.members.clear();
    receiver.members.putAll(urls);
    receiver.members.put(id, List.of(url()));
  }

  @Override
  public void close() {
    transport.close();
    environment.close();
    environment.pool().shutdownNow();
    try {
      Directories.delete(receiver.store.directory());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
