package dev.keelson.kv.mvcc;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of recently changed keys, also of keys known not to exist, so that a hot key is
 * changed without reading it back. Bounded; used by the apply thread alone; what it holds never
 * decides an outcome.
 *
 * <p>Two generations instead of a list in order of use: a hit in the younger one writes nothing. A
 * linked list would be rewritten by each access, all over the heap, and every young collection
 * would have to look at it.
 */
final class MetaCache {
  private static final int GENERATION_MAX = 1 << 16;
  private static final int KEY_LENGTH_MAX = 256;

  private Map<ByteString, KeyMeta> young = new HashMap<>();
  private Map<ByteString, KeyMeta> old = new HashMap<>();

  @Nullable KeyMeta get(ByteString key) {
    KeyMeta found = young.get(key);
    if (found == null) {
      found = old.get(key);
      if (found != null) {
        put(key, found);
      }
    }
    return found;
  }

  void put(ByteString key, KeyMeta meta) {
    if (key.size() > KEY_LENGTH_MAX) {
      return;
    }
    if (young.size() >= GENERATION_MAX) {
      old = young;
      young = new HashMap<>();
    }
    young.put(key, meta);
  }
}
