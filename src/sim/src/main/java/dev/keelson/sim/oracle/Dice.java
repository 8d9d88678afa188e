package dev.keelson.sim.oracle;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Random;

/** All randomness of a sequence, from one seed, in the terms the generators think in. */
final class Dice {
  /** Few keys, so that operations collide; neighbours, prefixes of each other, and both ends. */
  static final List<ByteString> KEYS =
      List.of(
          key("a"),
          key("a\0"),
          key("aa"),
          key("ab"),
          key("b"),
          key("c"),
          key("d/1"),
          key("d/2"),
          key("d/3"),
          key("d0"),
          key("e"),
          bytes(0),
          bytes(0xff),
          bytes(0xff, 0xff));

  private static final ByteString OPEN_END = bytes(0);

  private final Random random;

  Dice(long seed) {
    this.random = new Random(seed);
  }

  /** True with the given probability in thousandths. */
  boolean chance(int permille) {
    return random.nextInt(1000) < permille;
  }

  /** A number from 0 to the bound, which is not included. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** One of the keys; now and then the empty one, which most requests refuse. */
  ByteString key() {
    return chance(8) ? ByteString.EMPTY : pick(KEYS);
  }

  /** A range end for a key: single key, prefix, open, empty and backward ranges. */
  ByteString rangeEnd(ByteString key) {
    int choice = below(100);
    if (choice < 35) {
      return ByteString.EMPTY;
    }
    if (choice < 50) {
      return OPEN_END;
    }
    if (choice < 70) {
      return prefixEnd(key);
    }
    if (choice < 90) {
      return pick(KEYS);
    }
    return choice < 95 ? key : key.concat(bytes(0));
  }

  /** A value: few different ones, so that sorting and comparing by value meet ties. */
  ByteString value() {
    int choice = below(100);
    if (choice < 5) {
      return ByteString.EMPTY;
    }
    return choice < 90 ? key("v" + below(6)) : key("w" + random.nextInt());
  }

  /** A revision to read or watch from: mostly near the present, sometimes near the compaction. */
  long revision() {
    int choice = below(100);
    if (choice < 60) {
      return Symbols.current(-below(12));
    }
    if (choice < 85) {
      return Symbols.compacted(below(4) - 1);
    }
    return choice < 95 ? Symbols.current(1 + below(3)) : below(3);
  }

  static ByteString key(String text) {
    return ByteString.copyFromUtf8(text);
  }

  static ByteString bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteString.copyFrom(bytes);
  }

  private static ByteString prefixEnd(ByteString prefix) {
    for (int i = prefix.size() - 1; i >= 0; i--) {
      int last = prefix.byteAt(i) & 0xff;
      if (last < 0xff) {
        return prefix.substring(0, i).concat(bytes(last + 1));
      }
    }
    return OPEN_END;
  }
}
