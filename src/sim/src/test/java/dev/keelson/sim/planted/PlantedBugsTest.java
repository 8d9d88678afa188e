package dev.keelson.sim.planted;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each defect of the catalogue, put into the product, must be found within 200 seeds. This is what
 * shows that the simulator can see.
 */
class PlantedBugsTest {
  private static final long SEEDS_MAX = 200;
  private static final long EVENTS = 25_000;

  @ParameterizedTest
  @EnumSource
  void isFound(Bug bug) throws ReflectiveOperationException, IOException {
    PlantingLoader loader = new PlantingLoader(getClass().getClassLoader(), bug.plants());
    Class<?> simulation = loader.loadClass("dev.keelson.sim.run.Simulation");
    String found = null;
    long seed = 0;
    while (found == null && seed < SEEDS_MAX) {
      found = run(simulation, ++seed);
    }
    assertThat(loader.unplanted()).as("the places where %s belongs", bug).isEmpty();
    assertThat(found).as("%s within %d seeds", bug, SEEDS_MAX).isNotNull();
    System.out.printf("planted %s: seed %d: %.160s%n", bug, seed, found);
    keep(bug, seed, simulation);
  }

  /** Which seed found it first and, if asked for, how many of all do. */
  private static void keep(Bug bug, long first, Class<?> simulation)
      throws ReflectiveOperationException, IOException {
    long finds = 1;
    if (Boolean.getBoolean("planted.all")) {
      for (long seed = first + 1; seed <= SEEDS_MAX; seed++) {
        finds += run(simulation, seed) == null ? 0 : 1;
      }
    }
    String all =
        Boolean.getBoolean("planted.all")
            ? ",\"found\":%d,\"of\":%d".formatted(finds, SEEDS_MAX)
            : "";
    Files.writeString(
        Files.createDirectories(Path.of(System.getProperty("sim.results", "target")))
            .resolve("planted.jsonl"),
        "{\"commit\":\"%s\",\"bug\":\"%s\",\"firstSeed\":%d%s}\n"
            .formatted(System.getProperty("sim.commit", "unknown"), bug, first, all),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** Runs a seed; returns what is wrong, null if nothing is. */
  private static @Nullable String run(Class<?> simulation, long seed)
      throws ReflectiveOperationException {
    Object run = simulation.getConstructor(long.class).newInstance(seed);
    try {
      simulation.getMethod("run", long.class).invoke(run, EVENTS);
      return null;
    } catch (InvocationTargetException failed) {
      Throwable cause = failed.getCause();
      if (cause instanceof LinkageError) {
        throw new AssertionError("the defect does not fit the code", cause);
      }
      return String.valueOf(cause);
    }
  }

  /** The defects, named as in the catalogue of the reliability page. */
  enum Bug {
    REPLY_BEFORE_FSYNC(
        plant("node.WalLog", "appendAndSync", "storage.wal.Wal", "sync", "syncNothing")),
    VOTE_REPLY_BEFORE_PERSIST(
        plant(
            "node.loop.NodeLoop",
            "write",
            "node.loop.NodeLoop$Ports",
            "append",
            "appendWithoutVote")),
    APPLIED_INDEX_OUTSIDE_THE_BATCH(
        plant(
            "kv.mvcc.MvccStore",
            "writeBatch",
            "storage.backend.WriteBatch",
            "put",
            "putAppliedSometimes")),
    LOCAL_READ_WITHOUT_READ_INDEX(
        plant(
            "node.api.ApiContext", "linearizable", "node.loop.ReadBarrier", "await", "readAtOnce")),
    OLD_TERM_COMMITTED_BY_COUNTING(
        new Plant(
            name("raft.Replication"),
            "maybeCommit",
            name("raft.RaftLog"),
            "term",
            name("raft.RaftDefects"),
            "termOfLast")),
    EARLY_PROGRESS(
        new Plant(
            name("kv.watch.WatchStream"),
            "reportProgress",
            name("kv.watch.Watcher"),
            "synced",
            name("kv.watch.WatchDefects"),
            "seemsSynced")),
    LEASE_DEADLINE_LOST_ON_LEADER_CHANGE(
        new Plant(
            name("kv.lease.Lessor"),
            "promote",
            "java.util.function.LongSupplier",
            "getAsLong",
            name("sim.planted.Defects"),
            "longAgo")),
    TORN_TAIL_REFUSES_TO_BOOT(
        new Plant(
            name("storage.wal.TornTail"),
            "cut",
            name("storage.wal.TornTail"),
            "isTorn",
            name("storage.wal.WalDefects"),
            "neverTorn")),
    MIDDLE_CORRUPTION_CUT_AS_TAIL(
        new Plant(
            name("storage.wal.TornTail"),
            "cut",
            name("storage.wal.TornTail"),
            "isTorn",
            name("storage.wal.WalDefects"),
            "alwaysTorn"),
        new Plant(
            name("storage.wal.TornTail"),
            "cut",
            name("storage.wal.TornTail"),
            "refuseIfDurable",
            name("storage.wal.WalDefects"),
            "refuseNothing")),
    MISSING_DIRECTORY_FSYNC_AFTER_RENAME(
        plant(
            "storage.wal.SegmentSupply",
            "create",
            "storage.disk.Disk",
            "persistDirectory",
            "persistNothing")),
    APPLY_ORDER_FROM_A_HASH_SET(
        plant("kv.StateMachine", "revoke", "kv.lease.Leases", "attachedKeys", "inNoOrder")),
    SNAPSHOT_HALF_INSTALLED(
        new Plant(
            name("node.SnapshotInstaller"),
            "install",
            name("node.InstallNote"),
            "write",
            name("node.NodeDefects"),
            "writeNoNote")),
    WATCHES_NOT_TOLD_OF_A_SNAPSHOT(
        plant("node.Outcomes", "lambda$install$0", "kv.watch.WatchHub", "reset", "keepTheRing")),
    FUTURE_WATCH_GETS_OLD_EVENTS(
        new Plant(
            name("kv.watch.FanOut"),
            "deliver",
            name("kv.watch.EventBlock"),
            "indexOf",
            name("kv.watch.WatchDefects"),
            "fromTheFirst"));

    @SuppressWarnings("ImmutableEnumChecker") // a list that nobody can change
    private final List<Plant> plants;

    Bug(Plant... plants) {
      this.plants = List.of(plants);
    }

    List<Plant> plants() {
      return plants;
    }

    private static String name(String shortName) {
      return "dev.keelson." + shortName;
    }

    private static Plant plant(
        String inClass, String inMethod, String calledClass, String called, String instead) {
      return new Plant(
          name(inClass), inMethod, name(calledClass), called, name("sim.planted.Defects"), instead);
    }
  }
}
