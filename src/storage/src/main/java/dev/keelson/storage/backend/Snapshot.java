package dev.keelson.storage.backend;

/**
 * A frozen, consistent view over all families. May be read by several threads at once; must be
 * closed.
 */
public interface Snapshot extends Reader, AutoCloseable {
  @Override
  void close();
}
