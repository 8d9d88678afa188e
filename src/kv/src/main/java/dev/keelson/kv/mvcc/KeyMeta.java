package dev.keelson.kv.mvcc;

/** What apply must know of a key before it changes it; without the value. */
final class KeyMeta {
  /** 0 when the key does not exist. */
  long createRevision;

  long main;
  long sub;
  long version;
  long lease;

  /** Where {@link MetaCache} has it, negative if nowhere. */
  long cachedAt = -1;

  boolean exists() {
    return createRevision != 0;
  }

  Revision revision() {
    return exists() ? new Revision(main, sub) : Revision.NONE;
  }

  void read(Row row) {
    createRevision = row.createRevision();
    main = row.modRevision();
    sub = row.sub();
    version = row.version();
    lease = row.lease();
  }

  void clear() {
    createRevision = 0;
    main = 0;
    sub = 0;
    version = 0;
    lease = 0;
  }
}
