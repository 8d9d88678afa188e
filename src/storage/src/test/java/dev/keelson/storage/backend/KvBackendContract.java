package dev.keelson.storage.backend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link KvBackend} must do. */
public abstract class KvBackendContract {
  protected static final Family POINT = new Family("point", 0, Family.Access.POINT);
  protected static final Family LOG = new Family("log", 1, Family.Access.LOG);
  protected static final Family SMALL = new Family("small", 2, Family.Access.SMALL);
  protected static final List<Family> FAMILIES = List.of(POINT, LOG, SMALL);

  @TempDir protected Path temporary;
  protected KvBackend backend;

  /** A new, empty backend. */
  protected abstract KvBackend create() throws IOException;

  /** What is found after the process of {@code backend} died; {@code backend} is not used again. */
  protected abstract KvBackend crash(KvBackend backend) throws IOException;

  /** What is found after {@code backend}, which is closed already, in a new process. */
  protected abstract KvBackend reopen(KvBackend backend) throws IOException;

  protected abstract KvBackend openCheckpoint(Path directory) throws IOException;

  @BeforeEach
  void open() throws IOException {
    backend = create();
  }

  @AfterEach
  void close() {
    backend.close();
  }

  private static void give(Ingestion rows, String key, String value) {
    byte[] bytes = bytes("-" + key);
    rows.put(bytes, 1, bytes.length - 1, ByteBuffer.wrap(bytes(value)));
  }

  @Test
  void ingestedRowsReplaceOlderOnesAndAreDurableWithAllBefore() throws Exception {
    put(POINT, "a", "written");
    put(POINT, "b", "written");
    put(POINT, "c", "written");
    try (Ingestion rows = backend.ingestion(POINT);
        Ingestion none = backend.ingestion(LOG)) {
      give(rows, "b", "ingested");
      rows.delete(bytes("c"), 0, 1);
      give(rows, "d", "ingested");
      rows.takeIn();
      none.takeIn();
    }
    List<String> expected = List.of("a=written", "b=ingested", "d=ingested");
    assertThat(all(backend, POINT)).isEqualTo(expected);
    CountDownLatch flushed = new CountDownLatch(1);
    backend.startFlush(flushed::countDown);
    assertThat(flushed.await(30, SECONDS)).as("told, with nothing to flush").isTrue();
    put(POINT, "e", "lost");
    backend = crash(backend);
    assertThat(all(backend, POINT)).isEqualTo(expected);
  }

  @Test
  void ingestedRowsMayComeInAnyOrderAndTheLastOfAKeyCounts() {
    String[] keys = {"b", "c", "a", "c", "\u00ff", "b", "ba", "b"};
    try (Ingestion rows = backend.ingestion(POINT)) {
      for (int i = 0; i < keys.length; i++) {
        give(rows, keys[i], Integer.toString(i));
      }
      rows.delete(bytes("c"), 0, 1);
      rows.takeIn();
    }
    assertThat(all(backend, POINT)).containsExactly("a=2", "b=7", "ba=6", "\u00ff=4");
  }

  @Test
  void whatWasNotTakenInIsGivenUp() throws Exception {
    try (Ingestion rows = backend.ingestion(POINT)) {
      give(rows, "a", "1");
      rows.takeIn();
      rows.put(bytes("b"), 0, 1, ByteBuffer.allocateDirect(1));
    }
    try (Ingestion rows = backend.ingestion(POINT)) {
      give(rows, "c", "3");
      rows.takeIn();
    }
    backend = crash(backend);
    assertThat(all(backend, POINT)).containsExactly("a=1", "c=3");
  }

  @Test
  void manyOverlappingIngestionsAreMerged() {
    try (Ingestion rows = backend.ingestion(POINT)) {
      for (int i = 0; i < 40; i++) {
        give(rows, "a", "v" + i);
        give(rows, "z", "v" + i);
        rows.takeIn();
      }
    }
    assertThat(all(backend, POINT)).containsExactly("a=v39", "z=v39");
  }

  @Test
  void aScanSeesWhatAWalkSees() {
    put(LOG, "a", "1");
    put(LOG, "b", "long value");
    put(LOG, "c", "");
    List<String> seen = new ArrayList<>();
    try (Snapshot snapshot = backend.snapshot()) {
      put(LOG, "b", "later");
      try (Cursor cursor = snapshot.scan(LOG, bytes("a"), bytes("d"))) {
        while (cursor.next()) {
          seen.add(new String(cursor.key(), UTF_8) + "=" + new String(cursor.value(), UTF_8));
        }
      }
    }
    assertThat(seen).containsExactly("a=1", "b=long value", "c=");
  }

  @Test
  void aBatchIsVisibleAsAWhole() {
    try (WriteBatch batch = backend.batch()) {
      batch.put(POINT, bytes("a"), bytes("1"));
      batch.put(LOG, bytes("a"), bytes("2"));
      assertThat(backend.get(POINT, bytes("a"))).isNull();
      backend.write(batch);
    }
    assertThat(backend.get(POINT, bytes("a"))).isEqualTo(bytes("1"));
    assertThat(backend.get(LOG, bytes("a"))).isEqualTo(bytes("2"));
    assertThat(backend.get(SMALL, bytes("a"))).isNull();
  }

  @Test
  void operationsOfABatchApplyInOrder() {
    try (WriteBatch batch = backend.batch()) {
      batch.put(POINT, bytes("a"), bytes("1"));
      batch.delete(POINT, bytes("a"));
      batch.put(POINT, bytes("b"), bytes("1"));
      batch.deleteRange(POINT, bytes("a"), bytes("z"));
      batch.put(POINT, bytes("c"), bytes("1"));
      batch.put(POINT, bytes("c"), bytes("2"));
      assertThat(batch.count()).isEqualTo(6);
      backend.write(batch);
    }
    assertThat(all(backend, POINT)).containsExactly("c=2");
  }

  @Test
  void aBatchCanBeWrittenAgainAndCleared() {
    try (WriteBatch batch = backend.batch()) {
      long empty = batch.sizeBytes();
      batch.put(POINT, bytes("a"), bytes("1"));
      assertThat(batch.sizeBytes()).isGreaterThan(empty);
      backend.write(batch);
      put(POINT, "a", "2");
      backend.write(batch);
      assertThat(backend.get(POINT, bytes("a"))).isEqualTo(bytes("1"));
      batch.clear();
      assertThat(batch.count()).isZero();
      assertThat(batch.sizeBytes()).isEqualTo(empty);
      put(POINT, "a", "3");
      backend.write(batch);
    }
    assertThat(backend.get(POINT, bytes("a"))).isEqualTo(bytes("3"));
  }

  @Test
  void arraysAreCopied() {
    byte[] key = bytes("k");
    byte[] value = bytes("v");
    try (WriteBatch batch = backend.batch()) {
      batch.put(POINT, key, value);
      key[0] = 0;
      value[0] = 0;
      backend.write(batch);
    }
    byte[] read = backend.get(POINT, bytes("k"));
    assertThat(read).isEqualTo(bytes("v"));
    if (read != null) {
      read[0] = 0;
    }
    assertThat(backend.get(POINT, bytes("k"))).isEqualTo(bytes("v"));
  }

  @Test
  void keysCompareAsUnsignedBytes() {
    for (String hex : List.of("80", "7f", "00", "ff", "7f00", "", "ffff")) {
      try (WriteBatch batch = backend.batch()) {
        batch.put(POINT, HexFormat.of().parseHex(hex), new byte[0]);
        backend.write(batch);
      }
    }
    List<String> keys = new ArrayList<>();
    try (Cursor cursor = backend.ascending(POINT, new byte[0], null)) {
      while (cursor.next()) {
        keys.add(HexFormat.of().formatHex(cursor.key()));
        assertThat(cursor.value()).isEmpty();
      }
    }
    assertThat(keys).containsExactly("", "00", "7f", "7f00", "80", "ff", "ffff");
  }

  @Test
  void boundsAreHalfOpenInBothDirections() {
    for (String key : List.of("a", "b", "c", "d")) {
      put(POINT, key, key);
    }
    assertThat(ascending(backend, POINT, "b", "d")).containsExactly("b=b", "c=c");
    assertThat(descending(backend, POINT, "b", "d")).containsExactly("c=c", "b=b");
    assertThat(descending(backend, POINT, "", null)).containsExactly("d=d", "c=c", "b=b", "a=a");
    assertThat(ascending(backend, POINT, "bb", "cc")).containsExactly("c=c");
    assertThat(descending(backend, POINT, "bb", "cc")).containsExactly("c=c");
    assertThat(ascending(backend, POINT, "c", "c")).isEmpty();
    assertThat(ascending(backend, POINT, "d", "a")).isEmpty();
    assertThat(descending(backend, POINT, "d", "a")).isEmpty();
    assertThat(ascending(backend, POINT, "", "")).isEmpty();
    assertThat(ascending(backend, POINT, "e", null)).isEmpty();
  }

  @Test
  void aRangeDeleteTakesItsBoundsOnly() {
    for (String key : List.of("a", "b", "c", "d")) {
      put(POINT, key, key);
      put(LOG, key, key);
    }
    try (WriteBatch batch = backend.batch()) {
      batch.deleteRange(POINT, bytes("b"), bytes("d"));
      batch.deleteRange(POINT, bytes("d"), bytes("a"));
      batch.deleteRange(POINT, bytes("d"), bytes("d"));
      backend.write(batch);
    }
    assertThat(all(backend, POINT)).containsExactly("a=a", "d=d");
    assertThat(all(backend, LOG)).hasSize(4);
  }

  @Test
  void aSnapshotStaysAsItWas() {
    put(POINT, "a", "1");
    put(LOG, "b", "1");
    try (Snapshot snapshot = backend.snapshot()) {
      put(POINT, "a", "2");
      try (WriteBatch batch = backend.batch()) {
        batch.deleteRange(LOG, bytes("a"), bytes("z"));
        backend.write(batch);
      }
      backend.flush();
      backend.compact();
      assertThat(snapshot.get(POINT, bytes("a"))).isEqualTo(bytes("1"));
      assertThat(all(snapshot, LOG)).containsExactly("b=1");
      assertThat(descending(snapshot, LOG, "", null)).containsExactly("b=1");
    }
    assertThat(backend.get(POINT, bytes("a"))).isEqualTo(bytes("2"));
    assertThat(all(backend, LOG)).isEmpty();
  }

  @Test
  void aCursorSeesTheStateItWasMadeAt() {
    put(POINT, "a", "1");
    put(POINT, "b", "1");
    try (Cursor cursor = backend.ascending(POINT, bytes("a"), null)) {
      put(POINT, "aa", "2");
      put(POINT, "b", "2");
      assertThat(rows(cursor)).containsExactly("a=1", "b=1");
      assertThat(cursor.next()).isFalse();
    }
  }

  @Test
  void useAfterCloseThrows() {
    put(POINT, "a", "1");
    Snapshot snapshot = backend.snapshot();
    Cursor cursor = backend.ascending(POINT, new byte[0], null);
    assertThatThrownBy(cursor::key).isInstanceOf(IllegalStateException.class);
    assertThat(cursor.next()).isTrue();
    WriteBatch batch = backend.batch();
    cursor.close();
    cursor.close();
    snapshot.close();
    snapshot.close();
    batch.close();
    batch.close();
    assertThatThrownBy(cursor::next).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(cursor::key).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(cursor::value).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> snapshot.get(POINT, bytes("a")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> snapshot.ascending(POINT, bytes("a"), null))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> batch.put(POINT, bytes("a"), bytes("a")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> backend.write(batch)).isInstanceOf(IllegalStateException.class);
    backend.close();
    backend.close();
    assertThatThrownBy(() -> backend.get(POINT, bytes("a")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(backend::snapshot).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(backend::flush).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aForeignFamilyIsRefused() {
    Family unknown = new Family("unknown", 1, Family.Access.LOG);
    Family beyond = new Family("beyond", 7, Family.Access.LOG);
    assertThatThrownBy(() -> backend.get(unknown, bytes("a")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> backend.get(beyond, bytes("a")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void closeKeepsEverything() throws IOException {
    put(POINT, "a", "1");
    put(LOG, "b", "2");
    backend.close();
    backend = reopen(backend);
    assertThat(all(backend, POINT)).containsExactly("a=1");
    assertThat(all(backend, LOG)).containsExactly("b=2");
  }

  @Test
  void aCrashReturnsToTheLastCompletedFlushOfAllFamilies() throws Exception {
    put(POINT, "a", "1");
    put(LOG, "a", "1");
    CountDownLatch done = new CountDownLatch(1);
    backend.startFlush(done::countDown);
    put(POINT, "a", "2");
    put(SMALL, "a", "2");
    assertThat(done.await(20, SECONDS)).isTrue();
    backend = crash(backend);
    assertThat(all(backend, POINT)).containsExactly("a=1");
    assertThat(all(backend, LOG)).containsExactly("a=1");
    assertThat(all(backend, SMALL)).isEmpty();
  }

  @Test
  void whatWasNeverFlushedIsLostInACrash() throws IOException {
    put(POINT, "a", "1");
    backend.flush();
    try (WriteBatch batch = backend.batch()) {
      batch.delete(POINT, bytes("a"));
      batch.put(LOG, bytes("a"), bytes("1"));
      backend.write(batch);
    }
    backend = crash(backend);
    assertThat(all(backend, POINT)).containsExactly("a=1");
    assertThat(all(backend, LOG)).isEmpty();
  }

  @Test
  void flushesCompleteInOrderAndAlsoWithNothingToDo() throws Exception {
    List<Integer> order = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(20);
    for (int i = 0; i < 20; i++) {
      int number = i;
      if (i % 3 != 0) {
        put(i % 2 == 0 ? POINT : LOG, "k" + i, "v");
      }
      backend.startFlush(
          () -> {
            synchronized (order) {
              order.add(number);
            }
            done.countDown();
          });
    }
    assertThat(done.await(20, SECONDS)).isTrue();
    assertThat(order).isSorted().hasSize(20);
    backend.flush();
    backend.flush();
  }

  @Test
  void unflushedBytesGrowWithWritesAndFallWithFlushes() {
    assertThat(backend.unflushedBytes()).isZero();
    put(POINT, "a", "x".repeat(1000));
    assertThat(backend.unflushedBytes()).isGreaterThan(1000);
    backend.flush();
    assertThat(backend.unflushedBytes()).isZero();
  }

  @Test
  void sizesFollowTheData() {
    long before = backend.sizeBytes();
    Random random = new Random(1);
    byte[] value = new byte[100_000];
    for (int i = 0; i < 10; i++) {
      random.nextBytes(value);
      try (WriteBatch batch = backend.batch()) {
        batch.put(POINT, bytes("k" + i), value);
        backend.write(batch);
      }
    }
    assertThat(backend.sizeBytes()).isGreaterThan(before + 900_000);
    backend.flush();
    assertThat(backend.sizeBytes()).isGreaterThan(before + 900_000);
    try (WriteBatch batch = backend.batch()) {
      batch.deleteRange(POINT, bytes("k"), bytes("l"));
      backend.write(batch);
    }
    backend.compact();
    assertThat(backend.sizeBytes()).isLessThan(before + 200_000);
    assertThat(backend.liveSizeBytes()).isLessThan(before + 200_000);
  }

  @Test
  void aCheckpointIsACopyOfItsMoment() throws IOException {
    put(POINT, "a", "1");
    put(LOG, "b", "2");
    Path target = temporary.resolve("checkpoint");
    backend.checkpoint(target);
    put(POINT, "a", "3");
    try (KvBackend copy = openCheckpoint(target)) {
      assertThat(all(copy, POINT)).containsExactly("a=1");
      assertThat(all(copy, LOG)).containsExactly("b=2");
    }
    assertThatThrownBy(() -> backend.checkpoint(target)).isInstanceOf(IOException.class);
  }

  @Test
  void contentsAreReplacedForNewReadersOnly() throws IOException {
    put(POINT, "a", "1");
    put(LOG, "b", "2");
    Path checkpoint = temporary.resolve("checkpoint-of-before");
    backend.checkpoint(checkpoint);
    put(POINT, "a", "later");
    put(SMALL, "c", "3");
    try (Snapshot before = backend.snapshot();
        Cursor walk = before.ascending(POINT, new byte[0], null)) {
      assertThat(walk.next()).isTrue();
      backend.replaceContents(checkpoint);
      assertThat(all(backend, POINT)).containsExactly("a=1");
      assertThat(all(backend, LOG)).containsExactly("b=2");
      assertThat(all(backend, SMALL)).isEmpty();
      assertThat(all(before, POINT)).containsExactly("a=later");
      assertThat(all(before, SMALL)).containsExactly("c=3");
      assertThat(walk.value()).isEqualTo(bytes("later"));
      assertThat(walk.next()).isFalse();
    }
    assertThat(checkpoint).doesNotExist();
    put(POINT, "a", "new");
    backend.flush();
    backend.close();
    backend = reopen(backend);
    assertThat(all(backend, POINT)).containsExactly("a=new");
    assertThat(all(backend, SMALL)).isEmpty();
  }

  @Test
  void replacedContentsSurviveACrashWithoutAFlush() throws IOException {
    put(POINT, "a", "1");
    Path first = temporary.resolve("first");
    backend.checkpoint(first);
    put(POINT, "a", "2");
    Path second = temporary.resolve("second");
    backend.checkpoint(second);
    put(POINT, "a", "3");
    backend.flush();
    backend.replaceContents(first);
    backend.replaceContents(second);
    backend = crash(backend);
    assertThat(all(backend, POINT)).containsExactly("a=2");
  }

  @Test
  void aBatchOfBeforeTheReplacementIsRefused() throws IOException {
    Path checkpoint = temporary.resolve("empty");
    backend.checkpoint(checkpoint);
    try (WriteBatch old = backend.batch()) {
      old.put(POINT, bytes("a"), bytes("1"));
      backend.replaceContents(checkpoint);
      assertThat(all(backend, POINT)).isEmpty();
    }
    put(POINT, "b", "2");
    assertThat(all(backend, POINT)).containsExactly("b=2");
  }

  @Test
  void aCheckpointCanBeLookedInto() throws IOException {
    put(POINT, "a", "1");
    put(POINT, "b", "2");
    Path checkpoint = temporary.resolve("looked-into");
    backend.checkpoint(checkpoint);
    put(POINT, "a", "3");
    assertThat(backend.<List<String>>inspect(checkpoint, reader -> all(reader, POINT)))
        .containsExactly("a=1", "b=2");
    try (KvBackend opened = openCheckpoint(checkpoint)) {
      assertThat(all(opened, POINT)).containsExactly("a=1", "b=2");
    }
    assertThatThrownBy(() -> backend.inspect(temporary.resolve("absent"), reader -> reader))
        .isInstanceOf(IOException.class);
  }

  @Test
  void randomOperationsAgreeWithASortedMap() {
    Random random = new Random(7);
    NavigableMap<String, String> model = new TreeMap<>();
    for (int step = 0; step < 400; step++) {
      try (WriteBatch batch = backend.batch()) {
        for (int i = random.nextInt(8); i >= 0; i--) {
          String key = "" + (char) ('a' + random.nextInt(26)) + random.nextInt(10);
          switch (random.nextInt(10)) {
            case 0 -> {
              String to = "" + (char) (key.charAt(0) + random.nextInt(3)) + random.nextInt(10);
              batch.deleteRange(POINT, bytes(key), bytes(to));
              if (key.compareTo(to) < 0) {
                model.subMap(key, to).clear();
              }
            }
            case 1, 2 -> {
              batch.delete(POINT, bytes(key));
              model.remove(key);
            }
            default -> {
              batch.put(POINT, bytes(key), bytes("v" + step));
              model.put(key, "v" + step);
            }
          }
        }
        backend.write(batch);
      }
      if (step % 50 == 49) {
        backend.flush();
      }
      if (step % 5 == 0) {
        String from = "" + (char) ('a' + random.nextInt(26));
        String to = "" + (char) (from.charAt(0) + 1 + random.nextInt(5));
        List<String> expected =
            model.subMap(from, to).entrySet().stream()
                .map(row -> row.getKey() + "=" + row.getValue())
                .toList();
        assertThat(ascending(backend, POINT, from, to)).isEqualTo(expected);
        assertThat(descending(backend, POINT, from, to)).isEqualTo(expected.reversed());
      }
    }
    assertThat(all(backend, POINT)).hasSize(model.size());
  }

  protected final void put(Family family, String key, String value) {
    try (WriteBatch batch = backend.batch()) {
      batch.put(family, bytes(key), bytes(value));
      backend.write(batch);
    }
  }

  protected static List<String> all(Reader reader, Family family) {
    return ascending(reader, family, "", null);
  }

  private static List<String> ascending(
      Reader reader, Family family, String from, @Nullable String to) {
    try (Cursor cursor = reader.ascending(family, bytes(from), to == null ? null : bytes(to))) {
      return rows(cursor);
    }
  }

  private static List<String> descending(
      Reader reader, Family family, String from, @Nullable String to) {
    try (Cursor cursor = reader.descending(family, bytes(from), to == null ? null : bytes(to))) {
      return rows(cursor);
    }
  }

  private static List<String> rows(Cursor cursor) {
    List<String> rows = new ArrayList<>();
    while (cursor.next()) {
      rows.add(new String(cursor.key(), UTF_8) + "=" + new String(cursor.value(), UTF_8));
    }
    return rows;
  }

  protected static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
