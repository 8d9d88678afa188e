package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.mvccpb.Event;
import dev.keelson.sim.process.ScratchFolder;
import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Plays the commands of {@code docs/operations/migrate-from-etcd.md}, there and back. */
final class MigrationIT {
  /** Alive when the snapshot is taken, over when both sides are compared. */
  private static final long SHORT_LEASE_SECONDS = 10;

  private static final long LONG_LEASE_SECONDS = 1000;
  private static final long END_OF_LEASE_SECONDS = 120;

  @Test
  void thePageIsPlayed() throws Exception {
    Servers.assumeKeelson("its own program");
    ServerProgram etcd = new ServerProgram("etcd", Servers.etcdTool("etcd"), List.of());
    Path folder = ScratchFolder.create("migration");
    try (ServerProcess old = new ServerProcess(etcd, List.of());
        ServerProcess moved = new ServerProcess(Servers.program(), List.of());
        ServerProcess back = new ServerProcess(etcd, List.of())) {
      old.start();
      ManagedChannel theirs = Servers.connect(old);
      ManagedChannel ours = Servers.connect(moved);
      ManagedChannel again = Servers.connect(back);
      try {
        new RandomData(theirs, 11).fill(1000);
        long fading = lease(theirs, SHORT_LEASE_SECONDS);
        long revision = put(theirs, "fading", fading);
        long staying = lease(theirs, LONG_LEASE_SECONDS);
        assertThat(put(theirs, "staying", staying)).isEqualTo(revision + 1);
        String said = play("## There", 0, folder, old, moved, back);
        assertThat(said).contains("Snapshot saved at before.db", "verified", "restored ");
        moved.start();
        // a lease that goes on after the move ends on both sides, each in its own time
        awaitEnd(theirs, fading);
        awaitEnd(ours, fading);
        assertThat(play("## There", 2, folder, old, moved, back)).contains("found 21 leases");
        StoreContents.assertSame(ours, theirs);
        countsDown(ours, staying);
        // a watch from before the move sees what came after it
        List<Event> events = new StoreContents(ours).events(revision, revision + 2);
        assertThat(events.getFirst().getKv().getModRevision()).isEqualTo(revision);
        assertThat(events.getLast().getType()).isEqualTo(Event.EventType.DELETE);
        assertThat(events.getLast().getKv().getKey().toStringUtf8()).isEqualTo("fading");
        assertThat(play("## Back", 0, folder, old, moved, back)).contains("TOTAL KEYS");
        back.start();
        StoreContents.assertSame(again, ours);
        countsDown(again, staying);
      } finally {
        theirs.shutdownNow();
        ours.shutdownNow();
        again.shutdownNow();
      }
    } finally {
      ScratchFolder.delete(folder);
    }
  }

  private static long lease(ManagedChannel channel, long seconds) {
    return LeaseGrpc.newBlockingStub(channel)
        .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(seconds).build())
        .getID();
  }

  private static long put(ManagedChannel channel, String key, long lease) {
    return KVGrpc.newBlockingStub(channel)
        .put(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).setLease(lease).build())
        .getHeader()
        .getRevision();
  }

  private static void awaitEnd(ManagedChannel channel, long lease) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_OF_LEASE_SECONDS);
    while (secondsLeft(channel, lease) >= 0) {
      assertThat(System.nanoTime()).as("the lease does not end").isLessThan(deadline);
    }
  }

  private static void countsDown(ManagedChannel channel, long lease) {
    long left = secondsLeft(channel, lease);
    assertThat(left).isBetween(LONG_LEASE_SECONDS / 2, LONG_LEASE_SECONDS + 2);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONG_LEASE_SECONDS / 10);
    while (secondsLeft(channel, lease) == left) {
      assertThat(System.nanoTime()).as("time goes on, the lease does not").isLessThan(deadline);
    }
    assertThat(secondsLeft(channel, lease)).isLessThan(left);
  }

  private static long secondsLeft(ManagedChannel channel, long lease) {
    return LeaseGrpc.newBlockingStub(channel)
        .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(lease).build())
        .getTTL();
  }

  /** Runs one of the blocks of a section as it is printed. */
  private static String play(
      String section,
      int block,
      Path folder,
      ServerProcess old,
      ServerProcess moved,
      ServerProcess back)
      throws IOException, InterruptedException {
    Path root = ServerProgram.repositoryRoot().orElseThrow();
    String page =
        Files.readString(
            root.resolve("docs").resolve("operations").resolve("migrate-from-etcd.md"));
    String after = page.substring(page.indexOf(section));
    String script = after.split("```\n", -1)[2 * block + 1];
    ProcessBuilder builder = new ProcessBuilder("timeout", "110", "bash", "-eu", "-c", script);
    builder.directory(folder.toFile()).redirectErrorStream(true);
    var environment = builder.environment();
    environment.put("OLD", old.endpoint());
    environment.put("NEW", moved.endpoint());
    environment.put("DATA", moved.dataFolder().toString());
    environment.put("BACK", back.dataFolder().toString());
    environment.put("PEER", "http://127.0.0.1:2380");
    environment.merge(
        "PATH",
        root + ":" + Servers.etcdTool("etcdctl").resolveSibling(""),
        (before, added) -> added + ":" + before);
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(script + said).isZero();
    return said;
  }
}
