package dev.keelson.sim.invariant;

import dev.keelson.sim.check.Violation;
import dev.keelson.sim.invariant.ShadowLog.Mark;
import dev.keelson.sim.member.Host;
import dev.keelson.storage.disk.CrashableDisk;
import dev.keelson.storage.disk.DiskFile;
import dev.keelson.storage.disk.Survival;
import dev.keelson.storage.wal.WalState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * Looks at the disk as a loss of power at this moment could leave it, in each way of survival, and
 * reads the log there with the code of the product. Different disks are counted.
 */
final class CrashStates {
  private final SplittableRandom random = new SplittableRandom(1);
  private final Set<Long> distinct = new HashSet<>();
  private long looked;

  /** Judges what a restart would find. */
  interface Judge {
    /**
     * Compares with what must be there.
     *
     * @return the marks of the entries found
     */
    List<Mark> judge(WalState found);
  }

  void look(Host host, ShadowLog shadow, Judge judge) {
    for (Survival survival : Survival.values()) {
      CrashableDisk after = host.disk().crash(random, survival);
      distinct.add(hash(host, after));
      looked++;
      for (Mark mark : judge.judge(RecoveredLog.read(host, after))) {
        Violation.unless(
            mark.index() <= shadow.certainUpTo() || shadow.mayHold(mark),
            () -> "after a crash there is %s, which nobody wrote".formatted(mark));
      }
    }
  }

  private static long hash(Host host, CrashableDisk disk) {
    CRC32C low = new CRC32C();
    long high = 0;
    String folder = host.settings().walDir().getFileName().toString();
    try {
      for (String name : disk.list(folder)) {
        low.update(name.getBytes(StandardCharsets.UTF_8));
        try (DiskFile file = disk.open(folder + "/" + name)) {
          ByteBuffer content = ByteBuffer.allocate((int) file.size());
          int read = file.read(content, 0);
          low.update(content.array(), 0, Math.max(read, 0));
          high = high * 31 + content.limit();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return high << Integer.SIZE ^ low.getValue();
  }

  int distinct() {
    return distinct.size();
  }

  long looked() {
    return looked;
  }
}
