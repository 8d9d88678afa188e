package dev.keelson.kv.mvcc;

import com.google.protobuf.ByteString;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of recently changed keys, also of keys known not to exist, so that a hot key is
 * changed without reading it back. Bounded; used by the apply thread alone; what it holds never
 * decides an outcome.
 */
final class MetaCache {
  private static final int ENTRIES_MAX = 1 << 17;
  private static final int KEY_LENGTH_MAX = 256;

  private final LinkedHashMap<ByteString, KeyMeta> entries =
      new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteString, KeyMeta> eldest) {
          return size() > ENTRIES_MAX;
        }
      };

  @Nullable KeyMeta get(ByteString key) {
    return entries.get(key);
  }

  void put(ByteString key, KeyMeta meta) {
    if (key.size() <= KEY_LENGTH_MAX) {
      entries.put(key, meta);
    }
  }
}
