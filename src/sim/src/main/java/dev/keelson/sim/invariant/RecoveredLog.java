package dev.keelson.sim.invariant;

import dev.keelson.sim.member.Host;
import dev.keelson.storage.disk.CrashableDisk;
import dev.keelson.storage.disk.Survival;
import dev.keelson.storage.wal.Wal;
import dev.keelson.storage.wal.WalHardState;
import dev.keelson.storage.wal.WalMetadata;
import dev.keelson.storage.wal.WalOptions;
import dev.keelson.storage.wal.WalState;
import java.util.List;
import java.util.SplittableRandom;

/** Reads what a host's log holds, from a copy of its disk, as a restart would. */
final class RecoveredLog {
  private static final WalOptions OPTIONS = new WalOptions(16 << 10, 16 << 10);

  private RecoveredLog() {}

  static WalState read(Host host) {
    return read(host, host.disk().crash(new SplittableRandom(0), Survival.ALL));
  }

  /** Reads a disk as the host may find it when it loses power; the disk is changed. */
  static WalState read(Host host, CrashableDisk copy) {
    String folder = host.settings().walDir().getFileName().toString();
    if (!Wal.exists(copy, folder)) {
      return new WalState(new WalMetadata(0, 0), WalHardState.INITIAL, null, List.of());
    }
    return Wal.open(copy, folder, Wal.metadata(copy, folder), OPTIONS, task -> {}).state();
  }
}
