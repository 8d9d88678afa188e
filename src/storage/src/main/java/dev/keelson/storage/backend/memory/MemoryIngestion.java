package dev.keelson.storage.backend.memory;

import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.Ingestion;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.WriteBatch;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Gathers rows in a batch. */
final class MemoryIngestion implements Ingestion {
  private final KvBackend backend;
  private final Family family;
  private final WriteBatch batch;

  MemoryIngestion(KvBackend backend, Family family) {
    this.backend = backend;
    this.family = family;
    batch = backend.batch();
  }

  @Override
  public void put(byte[] keys, int from, int length, ByteBuffer value) {
    byte[] bytes = new byte[value.remaining()];
    value.get(bytes);
    batch.put(family, Arrays.copyOfRange(keys, from, from + length), bytes);
  }

  @Override
  public void delete(byte[] keys, int from, int length) {
    batch.delete(family, Arrays.copyOfRange(keys, from, from + length));
  }

  @Override
  public void takeIn() {
    synchronized (backend) { // of several ingestions, each may have a thread of its own
      backend.write(batch);
      backend.flush();
    }
    batch.clear();
  }

  @Override
  public void close() {
    batch.close();
  }
}
