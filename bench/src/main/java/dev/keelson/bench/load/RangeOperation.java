package dev.keelson.bench.load;

import org.jspecify.annotations.Nullable;

/**
 * Reads one random key, or a random prefix of 1000 keys; the answer must have exactly that many.
 */
final class RangeOperation implements UnaryOperation {
  private static final int KEY = 1;
  private static final int RANGE_END = 2;
  private static final int SERIALIZABLE = 7;
  private static final int KVS = 2;

  private final int choices;
  private final boolean prefix;
  private final boolean serializable;
  private final Data data;
  private final ProtoWriter request = new ProtoWriter();
  private final ProtoReader response = new ProtoReader();

  private RangeOperation(int choices, boolean prefix, boolean serializable, Data data) {
    this.choices = choices;
    this.prefix = prefix;
    this.serializable = serializable;
    this.data = data;
  }

  static RangeOperation oneKey(int keys, boolean serializable, Data data) {
    return new RangeOperation(keys, false, serializable, data);
  }

  /** Linearizable reads of 1000 neighbours. */
  static RangeOperation thousandKeys(int keys, Data data) {
    if (keys < Data.KEYS_PER_PREFIX) {
      throw new IllegalArgumentException("prefix reads need 1000 keys");
    }
    return new RangeOperation(keys / Data.KEYS_PER_PREFIX, true, false, data);
  }

  @Override
  public String path() {
    return Methods.RANGE;
  }

  @Override
  public ProtoWriter request(int slot) {
    request.clear();
    int choice = data.below(choices);
    if (prefix) {
      // The end is the last digit of the prefix plus one: '9' + 1 is ':', which sorts right behind.
      byte[] key = data.key(choice * Data.KEYS_PER_PREFIX);
      int length = Data.KEY_BYTES - 3;
      request.bytes(KEY, key, 0, length);
      key[length - 1]++;
      request.bytes(RANGE_END, key, 0, length);
    } else {
      request.bytes(KEY, data.key(choice));
    }
    return serializable ? request.varint(SERIALIZABLE, 1) : request;
  }

  @Override
  public @Nullable String problem(int slot, byte[] bytes, int from, int to) {
    int found = 0;
    response.over(bytes, from, to);
    while (response.next()) {
      if (response.field() == KVS) {
        found++;
      }
    }
    int expected = prefix ? Data.KEYS_PER_PREFIX : 1;
    return found == expected ? null : "range returned a wrong number of keys: " + found;
  }
}
