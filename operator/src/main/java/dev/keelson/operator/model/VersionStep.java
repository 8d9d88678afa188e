package dev.keelson.operator.model;

import org.jspecify.annotations.Nullable;

/**
 * Which server versions may follow one another: newer ones, at most one minor step at a time, as
 * etcd's upgrade guides ask for. What counts is the version that all members ran at last, so an
 * upgrade that stuck half-way can be taken back.
 */
final class VersionStep {
  private static final int PARTS = 3;

  private VersionStep() {}

  /**
   * Why a version may not follow; null if it may. Versions that are not three numbers are not
   * compared.
   *
   * @param ran the version that all members ran at last; null if there is none yet
   */
  static @Nullable String refusal(@Nullable String ran, String wanted) {
    int[] from = ran == null ? null : parts(ran);
    int[] to = parts(wanted);
    if (from == null || to == null) {
      return null;
    }
    if (from[0] == to[0] && (to[1] == from[1] || to[1] == from[1] + 1) && !older(from, to)) {
      return null;
    }
    String why =
        older(from, to)
            ? "would be a downgrade, which data written since may not survive"
            : "is more than one minor version on; go through the versions between";
    return "version " + wanted + " after " + ran + " " + why + "; members stay at " + ran;
  }

  private static boolean older(int[] from, int[] to) {
    for (int i = 0; i < PARTS; i++) {
      if (from[i] != to[i]) {
        return to[i] < from[i];
      }
    }
    return false;
  }

  private static int @Nullable [] parts(String version) {
    if (!version.matches("[0-9]{1,6}\\.[0-9]{1,6}\\.[0-9]{1,6}")) {
      return null;
    }
    String[] texts = version.split("\\.", -1);
    int[] numbers = new int[PARTS];
    for (int i = 0; i < PARTS; i++) {
      numbers[i] = Integer.parseInt(texts[i]);
    }
    return numbers;
  }
}
