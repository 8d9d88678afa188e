package dev.keelson.node.peer;

import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.confchange.ConfState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A state of files with given contents. */
final class FileStore implements SnapshotStore {
  private final Path directory;
  private final List<SnapshotMetadata> arrivals = new ArrayList<>();
  private final Map<String, byte[]> content = new TreeMap<>();
  private final CountDownLatch taken = new CountDownLatch(1);
  private int checkpoints;
  private long index;

  FileStore(Path directory) {
    this.directory = directory;
  }

  synchronized void hold(long at, Map<String, byte[]> files) {
    index = at;
    content.clear();
    content.putAll(files);
  }

  void awaitCheckpoint() throws InterruptedException {
    if (!taken.await(20, TimeUnit.SECONDS)) {
      throw new AssertionError("no checkpoint was taken");
    }
  }

  synchronized int checkpoints() {
    return checkpoints;
  }

  synchronized long index() {
    return index;
  }

  synchronized List<SnapshotMetadata> arrivals() {
    return List.copyOf(arrivals);
  }

  synchronized Map<String, byte[]> content() {
    return new TreeMap<>(content);
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public synchronized SnapshotMetadata checkpoint(Path target) throws IOException {
    checkpoints++;
    Files.createDirectory(target);
    for (Map.Entry<String, byte[]> file : content.entrySet()) {
      Files.write(target.resolve(file.getKey()), file.getValue());
    }
    taken.countDown();
    return new SnapshotMetadata(index, 3, ConfState.ofVoters(1L, 2L));
  }

  @Override
  public synchronized boolean needs(long wanted) {
    return wanted > index;
  }

  @Override
  public synchronized void arrived(Path checkpoint, SnapshotMetadata snapshot) throws IOException {
    content.clear();
    for (Path file : Directories.list(checkpoint)) {
      content.put(file.getFileName().toString(), Files.readAllBytes(file));
    }
    index = snapshot.index();
    arrivals.add(snapshot);
    Directories.delete(checkpoint);
  }
}
