package dev.keelson.bench.load;

import org.jspecify.annotations.Nullable;

/**
 * What the Kubernetes API server does for every update: If mod_revision(key) = x Then Put Else
 * Range. Each slot owns its share of the keys, so a compare that fails is a lost or repeated update
 * and counts as an error.
 */
final class TxnOperation implements UnaryOperation {
  private static final int COMPARE_TARGET = 2;
  private static final int TARGET_MOD = 2;
  private static final int COMPARE_KEY = 3;
  private static final int COMPARE_MOD_REVISION = 6;
  private static final int TXN_COMPARE = 1;
  private static final int TXN_SUCCESS = 2;
  private static final int TXN_FAILURE = 3;
  private static final int OP_RANGE = 1;
  private static final int OP_PUT = 2;
  private static final int HEADER = 1;
  private static final int HEADER_REVISION = 3;
  private static final int SUCCEEDED = 2;

  private final long[] modRevisions;
  private final int slots;
  private final int[] keyOfSlot;
  private final Data data;
  private final ProtoWriter request = new ProtoWriter();
  private final ProtoWriter part = new ProtoWriter();
  private final ProtoWriter inner = new ProtoWriter();
  private final ProtoReader response = new ProtoReader();
  private final ProtoReader header = new ProtoReader();

  /**
   * @param modRevisions current mod_revision of every key by index; kept up to date
   * @param slots outstanding calls in all
   */
  TxnOperation(long[] modRevisions, int slots, Data data) {
    if (modRevisions.length < slots) {
      throw new IllegalArgumentException("transactions need at least one key for each of " + slots);
    }
    this.modRevisions = modRevisions;
    this.slots = slots;
    this.keyOfSlot = new int[slots];
    this.data = data;
  }

  @Override
  public String path() {
    return Methods.TXN;
  }

  @Override
  public ProtoWriter request(int slot) {
    int index = slot + slots * data.below(modRevisions.length / slots);
    keyOfSlot[slot] = index;
    byte[] key = data.key(index);
    request
        .clear()
        .message(
            TXN_COMPARE,
            part.clear()
                .varint(COMPARE_TARGET, TARGET_MOD)
                .bytes(COMPARE_KEY, key)
                .varint(COMPARE_MOD_REVISION, modRevisions[index]));
    inner.clear().bytes(1, key).bytes(2, data.value());
    request.message(TXN_SUCCESS, part.clear().message(OP_PUT, inner));
    inner.clear().bytes(1, key);
    return request.message(TXN_FAILURE, part.clear().message(OP_RANGE, inner));
  }

  @Override
  public @Nullable String problem(int slot, byte[] bytes, int from, int to) {
    long revision = 0;
    boolean succeeded = false;
    response.over(bytes, from, to);
    while (response.next()) {
      if (response.field() == HEADER) {
        header.into(response);
        while (header.next()) {
          if (header.field() == HEADER_REVISION) {
            revision = header.varint();
          }
        }
      } else if (response.field() == SUCCEEDED) {
        succeeded = response.varint() != 0;
      }
    }
    if (!succeeded) {
      return "txn compare failed though nobody else writes the key";
    }
    int index = keyOfSlot[slot];
    if (revision <= modRevisions[index]) {
      return "txn revision did not grow";
    }
    modRevisions[index] = revision;
    return null;
  }
}
