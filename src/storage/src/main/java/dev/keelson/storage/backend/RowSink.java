package dev.keelson.storage.backend;

/** Takes the rows that {@link KvBackend#ingest} is given, by ascending key and each key once. */
public interface RowSink {
  /** Adds or replaces a row. The arrays are not kept. */
  void put(byte[] key, byte[] value);

  /** Removes a row if it exists. */
  void delete(byte[] key);
}
