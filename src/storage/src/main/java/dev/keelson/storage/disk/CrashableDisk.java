package dev.keelson.storage.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A disk in memory that knows what was persisted. {@link #crash} makes from it a disk as it may
 * legally be found after a loss of power, while this one goes on; the idea is that of Pebble's
 * {@code vfs.NewCrashableMem}. A write is torn at sectors of 512 bytes.
 *
 * <p>Faults are asked for by number: the n-th write or persist from now on, counted over all files.
 * Directories exist as soon as they are named.
 */
public final class CrashableDisk implements Disk {
  /** A change of names, applied as a whole: a rename is both a removal and an addition. */
  private record NameChange(
      long number, String directory, Map<String, Inode> added, Set<String> removed) {
    void applyTo(Map<String, Inode> names) {
      names.keySet().removeAll(removed);
      names.putAll(added);
    }
  }

  private final NavigableMap<String, Inode> names = new TreeMap<>();
  private final NavigableMap<String, Inode> durableNames = new TreeMap<>();
  private final List<NameChange> pendingNames = new ArrayList<>();
  private final Set<String> locks = new HashSet<>();
  private long changes;
  private long writesUntilFault = Long.MAX_VALUE;
  private long persistsUntilFault = Long.MAX_VALUE;
  private long freeBytes = Long.MAX_VALUE;
  private boolean shortReads;
  private Runnable observer = () -> {};

  /**
   * The {@code n}-th write from now on (1 is the next) writes about half of its sectors and fails.
   */
  public synchronized void failWrite(long n) {
    writesUntilFault = n;
  }

  /**
   * The {@code n}-th persist of a file or directory from now on fails, and what it should have made
   * durable never becomes so.
   */
  public synchronized void failPersist(long n) {
    persistsUntilFault = n;
  }

  /** Writes that make files grow by more than this in all, from now on, fail. */
  public synchronized void limitSpace(long bytes) {
    freeBytes = bytes;
  }

  /** Reads return one byte less than asked for, if more than one was. */
  public synchronized void shortenReads(boolean shorten) {
    shortReads = shorten;
  }

  /** Runs before each change and each persist: the moments at which a crash differs. */
  public synchronized void observe(Runnable beforeEachStep) {
    observer = beforeEachStep;
  }

  /** Inverts a bit of what a file holds, now and after any crash. */
  public synchronized void flipBit(String name, long bit) throws IOException {
    Inode inode = existing(name);
    int at = Math.toIntExact(bit / 8);
    byte mask = (byte) (1 << (bit % 8));
    inode.content().array()[at] ^= mask;
    if (at < inode.durableContent().size()) {
      inode.durableContent().array()[at] ^= mask;
    }
  }

  /** A disk as it may be found when the power fails now. It has no locks and no faults. */
  public synchronized CrashableDisk crash(RandomGenerator random, Survival survival) {
    long end = survival == Survival.PREFIX ? random.nextLong(changes + 1) : changes;
    NavigableMap<String, Inode> found = new TreeMap<>(durableNames);
    for (NameChange change : pendingNames) {
      boolean survives =
          switch (survival) {
            case NONE -> false;
            case ALL -> true;
            case PREFIX -> change.number < end;
            case RANDOM -> random.nextBoolean();
          };
      if (survives) {
        change.applyTo(found);
      }
    }
    CrashableDisk after = new CrashableDisk();
    IdentityHashMap<Inode, Inode> copies = new IdentityHashMap<>();
    found.forEach(
        (name, inode) -> {
          Inode copy = copies.computeIfAbsent(inode, file -> file.survivor(survival, end, random));
          after.names.put(name, copy);
          after.durableNames.put(name, copy);
        });
    return after;
  }

  @Override
  public synchronized DiskFile create(String name) throws IOException {
    if (names.containsKey(name)) {
      throw new FileAlreadyExistsException(name);
    }
    observer.run();
    Inode inode = new Inode();
    changeNames(new NameChange(changes++, directory(name), Map.of(name, inode), Set.of()));
    return new OpenFile(inode);
  }

  @Override
  public synchronized DiskFile open(String name) throws IOException {
    return new OpenFile(existing(name));
  }

  @Override
  public void createDirectory(String name) {}

  @Override
  public synchronized List<String> list(String directory) {
    return names.keySet().stream()
        .filter(name -> directory(name).equals(directory))
        .map(name -> directory.isEmpty() ? name : name.substring(directory.length() + 1))
        .toList();
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    if (!directory(from).equals(directory(to))) {
      throw new IOException("a rename between directories is not atomic: " + from + " to " + to);
    }
    Inode inode = existing(from);
    observer.run();
    changeNames(new NameChange(changes++, directory(to), Map.of(to, inode), Set.of(from)));
  }

  @Override
  public synchronized void delete(String name) throws IOException {
    existing(name);
    observer.run();
    changeNames(new NameChange(changes++, directory(name), Map.of(), Set.of(name)));
  }

  private void changeNames(NameChange change) {
    change.applyTo(names);
    pendingNames.add(change);
  }

  @Override
  public synchronized void persistDirectory(String directory) throws IOException {
    observer.run();
    boolean fails = --persistsUntilFault == 0;
    for (NameChange change : pendingNames) {
      if (change.directory.equals(directory) && !fails) {
        change.applyTo(durableNames);
      }
    }
    pendingNames.removeIf(change -> change.directory.equals(directory));
    if (fails) {
      throw new IOException("persisting the directory failed: " + directory);
    }
  }

  @Override
  public synchronized Closeable lock(String name) throws IOException {
    if (!locks.add(name)) {
      throw new IOException(name + " is locked by the process with the id 1");
    }
    return () -> {
      synchronized (CrashableDisk.this) {
        locks.remove(name);
      }
    };
  }

  private Inode existing(String name) throws NoSuchFileException {
    Inode inode = names.get(name);
    if (inode == null) {
      throw new NoSuchFileException(name);
    }
    return inode;
  }

  private static String directory(String name) {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }

  private final class OpenFile implements DiskFile {
    private final Inode inode;
    private boolean closed;

    OpenFile(Inode inode) {
      this.inode = inode;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      synchronized (CrashableDisk.this) {
        requireOpen();
        long available = inode.content().size() - position;
        if (available <= 0) {
          return -1;
        }
        int count = (int) Math.min(available, target.remaining());
        if (shortReads && count > 1) {
          count--;
        }
        target.put(inode.content().array(), (int) position, count);
        return count;
      }
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      synchronized (CrashableDisk.this) {
        requireOpen();
        observer.run();
        byte[] data = new byte[source.remaining()];
        source.get(data);
        writeOrFail(data, position);
      }
    }

    private void writeOrFail(byte[] data, long position) throws IOException {
      boolean fails = --writesUntilFault == 0;
      long growth = Math.max(0, position + data.length - inode.content().size());
      boolean full = growth > freeBytes;
      if (fails || full) {
        byte[] part = Arrays.copyOf(data, wholeSectors(position, data.length / 2));
        inode.write(changes++, position, part);
        throw new IOException(full ? "no space left on device" : "input/output error");
      }
      if (freeBytes != Long.MAX_VALUE) {
        freeBytes -= growth;
      }
      inode.write(changes++, position, data);
    }

    /** The kernel takes over a write in pages: what fails ends at the boundary of one. */
    private static int wholeSectors(long position, int length) {
      long end = (position + length) / Inode.SECTOR_BYTES * Inode.SECTOR_BYTES;
      return (int) Math.max(0, end - position);
    }

    @Override
    public void preallocate(long size) throws IOException {
      synchronized (CrashableDisk.this) {
        requireOpen();
        int from = inode.content().size();
        if (from < size) {
          observer.run();
          writeOrFail(new byte[Math.toIntExact(size - from)], from);
        }
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (CrashableDisk.this) {
        requireOpen();
        observer.run();
        inode.truncate(changes++, size);
      }
    }

    @Override
    public long size() throws IOException {
      synchronized (CrashableDisk.this) {
        requireOpen();
        return inode.content().size();
      }
    }

    @Override
    public void persist() throws IOException {
      synchronized (CrashableDisk.this) {
        requireOpen();
        observer.run();
        if (--persistsUntilFault == 0) {
          inode.forgetPending();
          throw new IOException("persisting a file failed");
        }
        inode.persist();
      }
    }

    @Override
    public void close() {
      closed = true;
    }

    private void requireOpen() throws IOException {
      if (closed) {
        throw new ClosedChannelException();
      }
    }
  }
}
