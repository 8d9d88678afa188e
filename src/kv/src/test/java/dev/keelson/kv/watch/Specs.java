package dev.keelson.kv.watch;

/** Watch requests for tests, changed step by step. */
final class Specs {
  private static final byte[] NONE = {};

  private Specs() {}

  static WatchSpec key(String key) {
    return spec(key, NONE);
  }

  static WatchSpec range(String key, String end) {
    return spec(key, MemoryStore.bytes(end));
  }

  static WatchSpec fromKey(String key) {
    return spec(key, new byte[] {0});
  }

  static WatchSpec everything() {
    return fromKey("");
  }

  static WatchSpec from(WatchSpec s, long startRevision) {
    return new WatchSpec(
        s.key(),
        s.rangeEnd(),
        startRevision,
        s.progressNotify(),
        s.noPut(),
        s.noDelete(),
        s.prevKv(),
        s.watchId(),
        s.fragment());
  }

  static WatchSpec id(WatchSpec s, long watchId) {
    return new WatchSpec(
        s.key(),
        s.rangeEnd(),
        s.startRevision(),
        s.progressNotify(),
        s.noPut(),
        s.noDelete(),
        s.prevKv(),
        watchId,
        s.fragment());
  }

  static WatchSpec options(
      WatchSpec s, boolean progressNotify, boolean noPut, boolean noDelete, boolean prevKv) {
    return new WatchSpec(
        s.key(),
        s.rangeEnd(),
        s.startRevision(),
        progressNotify,
        noPut,
        noDelete,
        prevKv,
        s.watchId(),
        s.fragment());
  }

  static WatchSpec notifying(WatchSpec s) {
    return options(s, true, false, false, false);
  }

  static WatchSpec withPrevious(WatchSpec s) {
    return options(s, false, false, false, true);
  }

  static WatchSpec fragmented(WatchSpec s) {
    return new WatchSpec(
        s.key(),
        s.rangeEnd(),
        s.startRevision(),
        s.progressNotify(),
        s.noPut(),
        s.noDelete(),
        s.prevKv(),
        s.watchId(),
        true);
  }

  private static WatchSpec spec(String key, byte[] end) {
    return new WatchSpec(MemoryStore.bytes(key), end, 0, false, false, false, false, 0, false);
  }
}
