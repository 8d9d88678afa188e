package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.server.it.FaultyProxy.Fault;
import dev.keelson.sim.process.ScratchFolder;
import dev.keelson.sim.process.ServerProcess;
import io.grpc.ManagedChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** {@code keelson backup} with a bucket that does and does not do what it should, and a folder. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BackupIT {
  private static final int KEYS = 100_000;

  /** Random values of this size together do not fit into one part of an upload. */
  private static final int LARGE_VALUES = 24;

  private static final int LARGE_BYTES = 1 << 20;
  private static final int BAD_DATA = 3;
  private static final int REFUSED = 4;
  private static final int UNAVAILABLE = 5;

  private final Closing closing = new Closing();
  private Path folder = Path.of("");

  @SuppressWarnings("NullAway.Init") // set before all tests
  private ServerProcess server;

  @SuppressWarnings("NullAway.Init")
  private FaultyProxy proxy;

  /** What is closed after all tests, the last opened first. */
  private static final class Closing {
    private final List<AutoCloseable> opened = new ArrayList<>();

    <T extends AutoCloseable> T add(T resource) {
      opened.add(resource);
      return resource;
    }

    void closeAll() throws Exception {
      for (AutoCloseable each : opened.reversed()) {
        each.close();
      }
    }
  }

  @BeforeAll
  void startServers() throws Exception {
    Servers.assumeKeelson("backups with its own program");
    folder = ScratchFolder.create("backup");
    S3Server s3 = closing.add(S3Server.start());
    proxy = closing.add(new FaultyProxy(s3.port()));
    server = closing.add(Servers.start());
    ManagedChannel channel = Servers.connect(server);
    try {
      new RandomData(channel, 9).fill(KEYS);
      Random random = new Random(4);
      KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
      for (int i = 0; i < LARGE_VALUES; i++) {
        byte[] value = new byte[LARGE_BYTES];
        random.nextBytes(value);
        assertThat(
                kv.put(
                        PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("large/" + i))
                            .setValue(ByteString.copyFrom(value))
                            .build())
                    .hasHeader())
            .isTrue();
      }
    } finally {
      channel.shutdownNow();
    }
  }

  @AfterAll
  void stopServers() throws Exception {
    closing.closeAll();
    ScratchFolder.delete(folder);
  }

  @AfterEach
  void forgetFaults() {
    proxy.rule(_ -> Fault.NONE);
  }

  @Test
  void fromKeelsonToTheBucketAndBackKeyByKey() throws Exception {
    String created = backup(0, "create", "round", "--json", "--verify", "restore");
    assertThat(created).contains("\"status\":\"Succeeded\"", "\"verified\":true");
    assertThat(backup(0, "list", "round")).contains("verified");
    try (ServerProcess restored = new ServerProcess(Servers.program(), List.of())) {
      String peer = restored.command().get(restored.command().indexOf("--listen-peer-urls") + 1);
      backup(
          0,
          "restore",
          "round",
          "latest",
          "--data-dir",
          restored.dataFolder().toString(),
          "--name",
          "oracle",
          "--initial-cluster",
          "oracle=" + peer,
          "--initial-advertise-peer-urls",
          peer);
      restored.start();
      ManagedChannel ours = Servers.connect(restored);
      ManagedChannel theirs = Servers.connect(server);
      try {
        StoreContents.assertSame(ours, theirs);
      } finally {
        ours.shutdownNow();
        theirs.shutdownNow();
      }
    }
  }

  @Test
  void aServerThatDiesInTheMiddleOfAPartGetsThatPartAgain() throws Exception {
    AtomicInteger left = new AtomicInteger(2);
    proxy.rule(
        line ->
            line.contains("partNumber=2") && left.getAndDecrement() > 0 ? Fault.CUT : Fault.NONE);
    assertThat(backup(0, "create", "dies", "--verify", "checksum", "--id", "one"))
        .contains("verified");
    assertThat(sent("partNumber=1")).as("the part before").isEqualTo(1);
    assertThat(sent("partNumber=2")).as("the part that broke").isEqualTo(3);
  }

  @Test
  void aServerThatStaysAwayLeavesNothingToList() throws Exception {
    proxy.rule(line -> line.contains("partNumber=2") ? Fault.CUT : Fault.NONE);
    String output = backup(UNAVAILABLE, "create", "away", "--s3-attempts", "2", "--json");
    assertThat(output).contains("\"exitCode\":5", "\"reason\":\"Unavailable\"");
    proxy.rule(_ -> Fault.NONE);
    assertThat(backup(0, "list", "away")).isEmpty();
  }

  @Test
  void readingGoesOnWhereTheConnectionBroke() throws Exception {
    backup(0, "create", "resume", "--verify", "none", "--id", "one");
    AtomicInteger downloads = new AtomicInteger();
    proxy.rule(
        line ->
            line.contains("one.data") && downloads.incrementAndGet() <= 2
                ? Fault.CUT_ANSWER
                : Fault.NONE);
    assertThat(backup(0, "verify", "resume", "one")).contains("verified");
    assertThat(downloads.get()).isEqualTo(3);
  }

  @Test
  void wrongCredentialsAndMissingBucketsAreTold() throws Exception {
    Map<String, String> wrong = new HashMap<>(S3Server.CREDENTIALS);
    wrong.put("AWS_SECRET_ACCESS_KEY", "not-the-secret");
    assertThat(backup(REFUSED, wrong, S3Server.BUCKET, "list", "any"))
        .contains("credentials are wrong");
    assertThat(backup(REFUSED, wrong, S3Server.BUCKET, "create", "any", "--json"))
        .contains("\"reason\":\"Refused\"");
    assertThat(backup(REFUSED, S3Server.CREDENTIALS, "missing", "create", "any"))
        .contains("no such bucket");
    assertThat(backup(REFUSED, S3Server.CREDENTIALS, "missing", "list", "any"))
        .contains("no such bucket");
  }

  @Test
  void aBucketThatForbidsListingTakesAndGivesByName() throws Exception {
    proxy.rule(line -> line.contains("list-type=2") ? Fault.FORBID : Fault.NONE);
    backup(0, "create", "blind", "--id", "one", "--verify", "checksum");
    assertThat(backup(0, "verify", "blind", "one")).contains("verified");
    assertThat(backup(REFUSED, "verify", "blind", "latest")).contains("AccessDenied");
    assertThat(backup(REFUSED, "prune", "blind", "--keep-last", "1")).contains("AccessDenied");
  }

  @Test
  void aBucketThatForbidsDeletesKeepsWhatPruneWouldRemove() throws Exception {
    proxy.rule(line -> line.startsWith("DELETE ") ? Fault.FORBID : Fault.NONE);
    backup(0, "create", "worm", "--id", "one", "--verify", "none");
    backup(0, "create", "worm", "--id", "two", "--verify", "none");
    assertThat(backup(REFUSED, "prune", "worm", "--keep-last", "1")).contains("cannot delete one");
    assertThat(backup(0, "verify", "worm", "one")).contains("verified");
  }

  @Test
  void folderBackupsAreEncryptedCheckedAndPruned() throws Exception {
    Path store = folder.resolve("store");
    Path key = Files.write(folder.resolve("key"), new byte[32]);
    List<String> flags =
        List.of(
            "--store",
            store.toString(),
            "--key-file",
            key.toString(),
            "--scratch-dir",
            folder.toString());
    inFolder(0, flags, "create", "--id", "one", "--endpoints", server.endpoint());
    inFolder(0, flags, "create", "--id", "two", "--endpoints", server.endpoint());
    assertThat(inFolder(0, flags, "create", "--id", "two", "--endpoints", "127.0.0.1:1"))
        .contains("was already stored");
    assertThat(Files.readString(store.resolve("two.json"))).contains("AES-256-GCM");
    Path data = store.resolve("two.data");
    byte[] bytes = Files.readAllBytes(data);
    bytes[bytes.length / 2] ^= 1;
    Files.write(data, bytes);
    assertThat(inFolder(BAD_DATA, flags, "verify", "two")).contains("is damaged: chunk");
    Files.write(data, Arrays.copyOf(bytes, bytes.length / 2));
    assertThat(inFolder(BAD_DATA, flags, "verify", "latest")).contains("is cut off");
    Path target = folder.resolve("target");
    assertThat(inFolder(BAD_DATA, flags, "restore", "two", "--data-dir", target.toString()))
        .contains("is cut off");
    assertThat(target).doesNotExist();
    assertThat(inFolder(0, flags, "delete", "two")).contains("removed two");
    assertThat(inFolder(0, flags, "prune", "--keep-last", "1")).isEmpty();
    assertThat(inFolder(0, flags, "verify", "latest", "--restore", "--json"))
        .contains("\"id\":\"one\"", "\"verified\":true", "\"hashKv\":");
    assertThat(inFolder(0, flags, "delete", "one")).contains("removed one");
    assertThat(store).isEmptyDirectory();
  }

  private String inFolder(int exitCode, List<String> flags, String command, String... words)
      throws InterruptedException {
    List<String> all = new ArrayList<>(List.of("backup", command));
    all.addAll(List.of(words));
    all.addAll(flags);
    return run(exitCode, Map.of(), all);
  }

  private long sent(String part) {
    return proxy.requests().stream().filter(line -> line.contains(part)).count();
  }

  private String backup(int exitCode, String command, String prefix, String... words)
      throws InterruptedException {
    return backup(exitCode, S3Server.CREDENTIALS, S3Server.BUCKET, command, prefix, words);
  }

  private String backup(
      int exitCode,
      Map<String, String> environment,
      String bucket,
      String command,
      String prefix,
      String... words)
      throws InterruptedException {
    List<String> all = new ArrayList<>(List.of("backup", command));
    all.addAll(List.of("--store", "s3://" + bucket + "/" + prefix));
    all.addAll(List.of("--s3-endpoint", proxy.url(), "--s3-path-style"));
    if (command.equals("create")) {
      all.addAll(List.of("--endpoints", server.endpoint()));
    }
    all.addAll(List.of(words));
    return run(exitCode, environment, all);
  }

  private static String run(int exitCode, Map<String, String> environment, List<String> words)
      throws InterruptedException {
    List<String> all = new ArrayList<>(List.of(Servers.program().executable().toString()));
    all.addAll(words);
    try (Command command = Command.start(all, environment)) {
      return command.end(exitCode);
    }
  }
}
