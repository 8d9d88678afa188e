package dev.keelson.kv.auth;

/** Orders names as their UTF-8 bytes do, which is how etcd sorts them. */
final class NameOrder {
  private NameOrder() {}

  /** Compares by code point; {@link String#compareTo} compares surrogates before U+E000. */
  static int compare(String left, String right) {
    int at = 0;
    while (at < left.length() && at < right.length()) {
      int mine = left.codePointAt(at);
      int other = right.codePointAt(at);
      if (mine != other) {
        return Integer.compare(mine, other);
      }
      at += Character.charCount(mine);
    }
    return Integer.compare(left.length(), right.length());
  }
}
