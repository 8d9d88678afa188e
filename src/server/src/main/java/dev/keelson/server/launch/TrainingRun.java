package dev.keelson.server.launch;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.server.Main;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.quarkus.runtime.Quarkus;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Starts a one-member cluster on free ports, serves it a few requests of each kind and stops: the
 * JVM records which classes and methods that took, so that later starts find them ready.
 */
public final class TrainingRun {

  private static final int ROUNDS = 200;
  private static final int START_TIMEOUT_SECONDS = 60;

  private TrainingRun() {}

  /**
   * Runs once.
   *
   * @param arguments the data directory to use, and the folder for native libraries
   */
  public static void main(String... arguments) throws IOException {
    NativeLibrary.unpack(Path.of(arguments[1]));
    int clientPort = freePort();
    int peerPort = freePort();
    String client = "http://127.0.0.1:" + clientPort;
    String peer = "http://127.0.0.1:" + peerPort;
    Thread.ofPlatform().daemon().start(() -> exercise(clientPort));
    Main.main(
        "--data-dir=" + arguments[0],
        "--listen-client-urls=" + client,
        "--advertise-client-urls=" + client,
        "--listen-peer-urls=" + peer,
        "--initial-advertise-peer-urls=" + peer);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void exercise(int port) {
    int status = 0;
    try {
      awaitListening(port);
      for (String path : new String[] {"/health", "/readyz?verbose", "/version", "/metrics"}) {
        send(port, "GET", path, "");
      }
      send(port, "POST", "/v3/kv/range", "{\"key\":\"YQ==\"}");
      call(port);
    } catch (IOException | InterruptedException e) {
      System.err.println("training: " + e);
      status = 1;
    }
    Quarkus.asyncExit(status);
  }

  private static void awaitListening(int port) throws InterruptedException, IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_TIMEOUT_SECONDS);
    while (System.nanoTime() < deadline) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        if (socket.isConnected()) {
          return;
        }
      } catch (IOException e) {
        Thread.sleep(50); // not listening yet
      }
    }
    throw new IOException("the member does not listen");
  }

  private static void send(int port, String method, String path, String body) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      String request =
          "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
              .formatted(method, path, body.length(), body);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      try (InputStream answer = socket.getInputStream()) {
        answer.transferTo(OutputStream.nullOutputStream());
      }
    }
  }

  private static void call(int port) throws InterruptedException {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    try {
      KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
      LeaseGrpc.LeaseBlockingStub leases = LeaseGrpc.newBlockingStub(channel);
      for (int i = 0; i < ROUNDS; i++) {
        ByteString key = ByteString.copyFromUtf8("training/" + i);
        attempt(() -> kv.put(PutRequest.newBuilder().setKey(key).setValue(key).build()));
        attempt(() -> kv.range(RangeRequest.newBuilder().setKey(key).build()));
      }
      attempt(() -> leases.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build()));
    } finally {
      channel.shutdownNow();
      channel.awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  /** A refused call trains the refusal; that is no reason to have no cache. */
  private static void attempt(Runnable call) {
    try {
      call.run();
    } catch (StatusRuntimeException e) {
      System.err.println("training: " + e.getStatus());
    }
  }
}
