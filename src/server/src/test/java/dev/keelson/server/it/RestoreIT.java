package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.sim.process.ScratchFolder;
import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code keelson snapshot}: what etcd saved is served by Keelson, and the other way round. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RestoreIT {
  private static final int KEYS = 100_000;
  private static final int DIGEST_BYTES = 32;
  private static final int BAD_DATA = 3;
  private static final int REFUSED = 4;
  private static final int UNAVAILABLE = 5;
  private static final long TIMEOUT_SECONDS = 30;
  private static final long FIRST_KILL_MILLIS = 200;
  private static final long LATER_MILLIS = 100;

  private Path folder = Path.of("");
  private Path small = Path.of("");
  private int smallHash;

  @BeforeAll
  void saveSomethingSmall() throws Exception {
    Servers.assumeKeelson("restoring with its own program");
    folder = ScratchFolder.create("restore");
    small = folder.resolve("small.db");
    try (ServerProcess server = Servers.start()) {
      ManagedChannel channel = Servers.connect(server);
      try {
        new RandomData(channel, 3).fill(500);
        smallHash = new StoreContents(channel).hash(0).getHash();
      } finally {
        channel.shutdownNow();
      }
      keelson(0, "snapshot", "save", small.toString(), "--endpoints", server.endpoint());
    }
  }

  @AfterAll
  void removeFiles() {
    ScratchFolder.delete(folder);
  }

  @Test
  void fromEtcdAndBackAgain() throws Exception {
    Path etcdctl = Servers.etcdTool("etcdctl");
    Path etcdutl = Servers.etcdTool("etcdutl");
    ServerProgram etcd = new ServerProgram("etcd", Servers.etcdTool("etcd"), List.of());
    Path first = folder.resolve("first.db");
    Path second = folder.resolve("second.db");
    try (ServerProcess original = new ServerProcess(etcd, List.of("--unsafe-no-fsync"));
        ServerProcess keelson = new ServerProcess(Servers.program(), List.of());
        ServerProcess back = new ServerProcess(etcd, List.of())) {
      original.start();
      ManagedChannel theirs = Servers.connect(original);
      ManagedChannel ours = Servers.connect(keelson);
      ManagedChannel again = Servers.connect(back);
      try {
        new RandomData(theirs, 1).fill(KEYS);
        addUsers(etcdctl, original);
        run(etcdctl, "--endpoints", original.endpoint(), "snapshot", "save", first.toString());
        assertSameStatus(etcdutl, first);
        restore(first, keelson);
        keelson.start();
        StoreContents.assertSame(ours, theirs);
        keelson(0, "snapshot", "save", second.toString(), "--endpoints", keelson.endpoint());
        assertSameStatus(etcdutl, second);
        assertThat(digest(second)).isEqualTo(digest(first));
        run(
            etcdutl,
            "snapshot",
            "restore",
            second.toString(),
            "--data-dir",
            back.dataFolder().toString());
        back.start();
        StoreContents.assertSame(again, theirs);
        for (String what : List.of("user list", "role list", "role get reader", "user get alice")) {
          assertThat(etcdctl(etcdctl, back, what)).isEqualTo(etcdctl(etcdctl, original, what));
        }
        // what was restored is written on
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(ours);
        long before = new StoreContents(ours).revision();
        assertThat(put(kv, "new", "1")).isEqualTo(before + 1);
        assertThat(compact(kv, before)).isPositive();
      } finally {
        theirs.shutdownNow();
        ours.shutdownNow();
        again.shutdownNow();
      }
    }
  }

  private static void addUsers(Path etcdctl, ServerProcess server) throws InterruptedException {
    assertThat(etcdctl(etcdctl, server, "user add root:secret")).contains("created");
    assertThat(etcdctl(etcdctl, server, "user add alice:secret")).contains("created");
    assertThat(etcdctl(etcdctl, server, "role add reader")).contains("created");
    assertThat(etcdctl(etcdctl, server, "role grant-permission reader read --prefix dir1"))
        .contains("updated");
    assertThat(etcdctl(etcdctl, server, "user grant-role alice reader")).contains("granted");
  }

  private static String etcdctl(Path etcdctl, ServerProcess server, String words)
      throws InterruptedException {
    List<String> all = new ArrayList<>(List.of("--endpoints", server.endpoint()));
    all.addAll(List.of(words.split(" ")));
    return run(etcdctl, all.toArray(String[]::new));
  }

  private void assertSameStatus(Path etcdutl, Path file) throws InterruptedException {
    String theirs = run(etcdutl, "snapshot", "status", file.toString(), "-w", "json");
    String ours = keelson(0, "snapshot", "status", file.toString(), "-w", "json");
    for (String field : List.of("\"hash\":", "\"revision\":", "\"totalSize\":")) {
      assertThat(number(ours, field)).as(field).isEqualTo(number(theirs, field));
    }
  }

  private static String number(String json, String field) {
    return json.substring(json.indexOf(field) + field.length()).split("[,}]", 2)[0];
  }

  private String digest(Path file) throws InterruptedException {
    return keelson(0, "snapshot", "verify", file.toString())
        .lines()
        .filter(line -> line.startsWith("digest: "))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void raisedRevisionsSendWatchersBackToTheStart() throws Exception {
    try (ServerProcess server = new ServerProcess(Servers.program(), List.of())) {
      restore(small, server, "--bump-revision", "1000000", "--mark-compacted");
      server.start();
      ManagedChannel channel = Servers.connect(server);
      try {
        long revision = new StoreContents(channel).revision();
        assertThat(revision).isGreaterThan(1_000_000);
        assertThat(new StoreContents(channel).keys(0)).isNotEmpty();
        assertThat(firstAnswer(channel, revision - 1000).getCompactRevision()).isEqualTo(revision);
        assertThat(put(KVGrpc.newBlockingStub(channel), "new", "1")).isEqualTo(revision + 1);
        assertThat(server.stop()).isTrue();
        server.start();
        assertThat(new StoreContents(channel).revision()).isEqualTo(revision + 1);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void threeMembersRestoredFromOneFileAreACluster() throws Exception {
    List<ServerProcess> members = ServerProcess.cluster(Servers.program(), 3, List.of());
    List<ManagedChannel> channels = new ArrayList<>();
    try {
      for (ServerProcess member : members) {
        restore(small, member);
        member.launch();
      }
      for (ServerProcess member : members) {
        member.awaitReady();
        channels.add(Servers.connect(member));
      }
      StoreContents.assertSame(channels.get(1), channels.get(0));
      StoreContents.assertSame(channels.get(2), channels.get(0));
      long written = put(KVGrpc.newBlockingStub(channels.get(2)), "new", "1");
      assertThat(new StoreContents(channels.get(0)).revision()).isEqualTo(written);
    } finally {
      channels.forEach(ManagedChannel::shutdownNow);
      members.forEach(ServerProcess::close);
    }
  }

  private static WatchResponse firstAnswer(ManagedChannel channel, long from)
      throws InterruptedException {
    BlockingQueue<WatchResponse> responses = new LinkedBlockingQueue<>();
    StreamObserver<WatchRequest> requests =
        WatchGrpc.newStub(channel)
            .watch(
                new StreamObserver<>() {
                  @Override
                  public void onNext(WatchResponse response) {
                    if (!response.getCreated() || response.getCanceled()) {
                      responses.add(response);
                    }
                  }

                  @Override
                  public void onError(Throwable failure) {
                    // the assertion on the missing answer fails
                  }

                  @Override
                  public void onCompleted() {
                    // as above
                  }
                });
    requests.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8("a"))
                    .setStartRevision(from))
            .build());
    WatchResponse answer = responses.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    assertThat(answer).isNotNull();
    return answer;
  }

  /** Files that must not be restored. */
  enum BadFile {
    EMPTY("is empty") {
      @Override
      byte[] of(byte[] good) {
        return new byte[0];
      }
    },
    CUT_IN_A_PAGE("does not end with a SHA-256") {
      @Override
      byte[] of(byte[] good) {
        return Arrays.copyOf(good, good.length / 2 + 1);
      }
    },
    WITHOUT_DIGEST("does not end with a SHA-256") {
      @Override
      byte[] of(byte[] good) {
        return Arrays.copyOf(good, good.length - DIGEST_BYTES);
      }
    },
    ONE_BIT_FLIPPED("is damaged: its SHA-256 is") {
      @Override
      byte[] of(byte[] good) {
        good[good.length / 3] ^= 4;
        return good;
      }
    },
    WRONG_DIGEST("is damaged: its SHA-256 is") {
      @Override
      byte[] of(byte[] good) {
        good[good.length - 1]++;
        return good;
      }
    },
    NOT_A_SNAPSHOT("does not end with a SHA-256") {
      @Override
      byte[] of(byte[] good) {
        return "#!/bin/sh\n".repeat(1000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      }
    };

    final String message;

    BadFile(String message) {
      this.message = message;
    }

    abstract byte[] of(byte[] good);
  }

  @ParameterizedTest
  @EnumSource(BadFile.class)
  void badFilesAreRefusedAndLeaveNothing(BadFile bad) throws Exception {
    Path place = Files.createDirectory(folder.resolve(bad.name()));
    Path file = Files.write(place.resolve("db"), bad.of(Files.readAllBytes(small)));
    Path target = place.resolve("target");
    String output =
        keelson(BAD_DATA, "snapshot", "restore", file.toString(), "--data-dir", target.toString());
    assertThat(output).contains(bad.message);
    assertOnly(place, "db");
  }

  @Test
  void damageThatTheHashCannotShowIsFoundByPage() throws Exception {
    Path place = Files.createDirectory(folder.resolve("page"));
    byte[] bytes = Files.readAllBytes(small);
    bytes[3 * 4096 + 8] = 9;
    Path file = Files.write(place.resolve("db"), bytes);
    Path target = place.resolve("target");
    String output =
        keelson(
            BAD_DATA,
            "snapshot",
            "restore",
            file.toString(),
            "--skip-hash-check",
            "--data-dir",
            target.toString());
    assertThat(output).contains("page 3: ");
    assertOnly(place, "db");
    String both =
        keelson(BAD_DATA, "snapshot", "restore", file.toString(), "--data-dir", target.toString());
    assertThat(both).contains("is damaged: its SHA-256 is", "page 3: ");
    assertOnly(place, "db");
  }

  /** A file system of its own, in a namespace that ends with the command. */
  @Test
  void aFullDiskIsToldAndNothingIsLeftOnIt() throws Exception {
    List<String> namespace = List.of("unshare", "--map-root-user", "--mount");
    try (Command probe =
        Command.start(List.of("sh", "-c", "unshare -rm true; echo $?"), Map.of())) {
      assumeTrue(probe.end(0).endsWith("0"), "unshare --mount is not permitted here");
    }
    Path place = Files.createDirectory(folder.resolve("disk"));
    List<String> all = new ArrayList<>(namespace);
    all.addAll(
        List.of(
            "bash",
            "-c",
            "mount -t tmpfs -o size=64k none \"$1\" || exit 99;"
                + " \"$2\" snapshot restore \"$3\" --data-dir \"$1/target\"; code=$?;"
                + " echo \"left: $(ls -A \"$1\")\"; exit $code",
            "bash",
            place.toString(),
            Servers.program().executable().toString(),
            small.toString()));
    try (Command command = Command.start(all, Map.of())) {
      assertThat(command.end(UNAVAILABLE))
          .contains("cannot restore into", "o space left on device", "nothing was left there")
          .endsWith("left: ");
    }
  }

  /** Killed ever later, until it comes to its end. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aKilledRestoreLooksLikeNoneAndIsRepeated(boolean intoEmptyFolder) throws Exception {
    try (ServerProcess server = new ServerProcess(Servers.program(), List.of())) {
      Path target = server.dataFolder();
      Files.createDirectories(intoEmptyFolder ? target : target.resolveSibling(""));
      int killed = 0;
      for (long millis = FIRST_KILL_MILLIS; !isMember(target); millis += LATER_MILLIS) {
        try (Command command = Command.start(restoreCommand(small, server), Map.of())) {
          TimeUnit.MILLISECONDS.sleep(millis);
          command.kill();
        }
        killed++;
        assertThat(Files.exists(target)).isEqualTo(intoEmptyFolder || isMember(target));
        if (!isMember(target)) {
          ScratchFolder.delete(target.resolve("state")); // killed just before the log got its name
        }
      }
      assertThat(killed).as("attempts").isGreaterThan(1);
      server.start();
      ManagedChannel channel = Servers.connect(server);
      try {
        assertThat(new StoreContents(channel).hash(0).getHash()).isEqualTo(smallHash);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  /** Whether a member would start there as one that has run before. */
  private static boolean isMember(Path dataDir) {
    return Files.exists(dataDir.resolve("wal"));
  }

  @Test
  void targetsWithContentAreLeftAlone() throws Exception {
    Path place = Files.createDirectory(folder.resolve("full"));
    Path target = Files.createDirectory(place.resolve("target"));
    Files.writeString(target.resolve("precious"), "data");
    String output =
        keelson(REFUSED, "snapshot", "restore", small.toString(), "--data-dir", target.toString());
    assertThat(output).contains("is not empty");
    assertOnly(target, "precious");
    assertOnly(place, "target");
  }

  @Test
  void emptyTargetsAndLogsOfTheirOwnAreFilled() throws Exception {
    Path place = Files.createDirectory(folder.resolve("empty"));
    Path data = Files.createDirectory(place.resolve("data"));
    Path wal = place.resolve("wal");
    keelson(0, "snapshot", "restore", small.toString(), "--data-dir", data.toString());
    assertOnly(data, "state", "wal");
    Path other = place.resolve("other");
    keelson(
        0,
        "snapshot",
        "restore",
        small.toString(),
        "--data-dir",
        other.toString(),
        "--wal-dir",
        wal.toString());
    assertOnly(place, "data", "other", "wal");
    assertOnly(other, "lock", "state");
  }

  private static void assertOnly(Path directory, String... names) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(each -> each.getFileName().toString()).toList())
          .containsExactlyInAnyOrder(names);
    }
  }

  /** Restores for a server as its flags have it. */
  private static void restore(Path file, ServerProcess server, String... more)
      throws InterruptedException {
    List<String> words = restoreCommand(file, server);
    words.addAll(List.of(more));
    try (Command command = Command.start(words, Map.of())) {
      assertThat(command.end(0)).contains("restored ");
    }
  }

  private static List<String> restoreCommand(Path file, ServerProcess server) {
    return new ArrayList<>(
        List.of(
            Servers.program().executable().toString(),
            "snapshot",
            "restore",
            file.toString(),
            "--data-dir",
            server.dataFolder().toString(),
            "--name",
            flag(server, "--name"),
            "--initial-cluster",
            flag(server, "--initial-cluster"),
            "--initial-advertise-peer-urls",
            flag(server, "--initial-advertise-peer-urls")));
  }

  /** The value of a flag; the last one counts. */
  private static String flag(ServerProcess server, String name) {
    return server.command().get(server.command().lastIndexOf(name) + 1);
  }

  private static long put(KVGrpc.KVBlockingStub kv, String key, String value) {
    return kv.put(
            PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .build())
        .getHeader()
        .getRevision();
  }

  private static long compact(KVGrpc.KVBlockingStub kv, long revision) {
    return kv.compact(
            CompactionRequest.newBuilder().setRevision(revision).setPhysical(true).build())
        .getHeader()
        .getRevision();
  }

  private static String keelson(int exitCode, String... words) throws InterruptedException {
    return end(exitCode, Servers.program().executable(), words);
  }

  private static String run(Path program, String... words) throws InterruptedException {
    return end(0, program, words);
  }

  private static String end(int exitCode, Path program, String... words)
      throws InterruptedException {
    List<String> all = new ArrayList<>(List.of(program.toString()));
    all.addAll(List.of(words));
    try (Command command = Command.start(all, Map.of())) {
      return command.end(exitCode);
    }
  }
}
