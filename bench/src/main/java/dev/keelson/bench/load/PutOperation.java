package dev.keelson.bench.load;

import org.jspecify.annotations.Nullable;

/** Puts a fresh value at random keys, or at each key once. */
final class PutOperation implements UnaryOperation {
  private static final int HEADER = 1;
  private static final int KEY = 1;
  private static final int VALUE = 2;

  private final int keys;
  private final Data data;
  private final boolean eachOnce;
  private final ProtoWriter request = new ProtoWriter();
  private final ProtoReader response = new ProtoReader();
  private int used;

  private PutOperation(int keys, Data data, boolean eachOnce) {
    this.keys = keys;
    this.data = data;
    this.eachOnce = eachOnce;
  }

  /** Endless puts, each at a key chosen at random. */
  static PutOperation random(int keys, Data data) {
    return new PutOperation(keys, data, false);
  }

  /** One put for every key, in order. */
  static PutOperation eachOnce(int keys, Data data) {
    return new PutOperation(keys, data, true);
  }

  @Override
  public String path() {
    return Methods.PUT;
  }

  @Override
  public @Nullable ProtoWriter request(int slot) {
    if (eachOnce && used == keys) {
      return null;
    }
    int index = eachOnce ? used++ : data.below(keys);
    return request.clear().bytes(KEY, data.key(index)).bytes(VALUE, data.value());
  }

  @Override
  public @Nullable String problem(int slot, byte[] bytes, int from, int to) {
    response.over(bytes, from, to);
    return response.next() && response.field() == HEADER ? null : "put response without header";
  }
}
