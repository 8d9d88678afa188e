package dev.keelson.server.launch;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.server.Main;
import dev.keelson.server.command.Subcommands;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Starts a one-member cluster on free ports, serves it a few requests of each kind, saves a
 * snapshot and restores it, and stops: the JVM records which classes and methods that took and
 * which of them were hot, so that later starts find them ready.
 */
public final class TrainingRun {

  private static final int ROUNDS = 200;

  /** As many operations as a transaction may have. */
  private static final int TXN_OPERATIONS = 128;

  private static final int RESTORED_KEYS = 200 * TXN_OPERATIONS;
  private static final int VALUE_BYTES = 256;
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
    Path scratch = Path.of(arguments[0]).resolveSibling("restored");
    Thread.ofPlatform().daemon().start(() -> exercise(clientPort, scratch));
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

  private static void exercise(int port, Path scratch) {
    int status = 0;
    try {
      awaitListening(port);
      for (String path : new String[] {"/health", "/readyz?verbose", "/version", "/metrics"}) {
        send(port, "GET", path, "");
      }
      send(port, "POST", "/v3/kv/range", "{\"key\":\"YQ==\"}");
      call(port);
      restore(port, scratch);
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
      fill(kv);
    } finally {
      channel.shutdownNow();
      channel.awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  private static void fill(KVGrpc.KVBlockingStub kv) {
    Random random = new Random(1);
    byte[] value = new byte[VALUE_BYTES];
    for (int i = 0; i < RESTORED_KEYS; i += TXN_OPERATIONS) {
      TxnRequest.Builder txn = TxnRequest.newBuilder();
      for (int j = i; j < i + TXN_OPERATIONS; j++) {
        random.nextBytes(value);
        PutRequest.Builder put =
            PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("training/%08x".formatted(j * 0x9e3779b1)))
                .setValue(ByteString.copyFrom(value));
        txn.addSuccess(RequestOp.newBuilder().setRequestPut(put));
      }
      attempt(() -> kv.txn(txn.build()));
    }
  }

  private static void restore(int port, Path scratch) throws IOException {
    Files.createDirectory(scratch);
    String file = scratch.resolve("snapshot.db").toString();
    command("snapshot", "save", file, "--endpoints=http://127.0.0.1:" + port);
    command("snapshot", "restore", file, "--data-dir=" + scratch.resolve("data"));
  }

  private static void command(String... arguments) throws IOException {
    int status = Subcommands.run(arguments);
    if (status != 0) {
      throw new IOException(String.join(" ", arguments) + " ended with " + status);
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
