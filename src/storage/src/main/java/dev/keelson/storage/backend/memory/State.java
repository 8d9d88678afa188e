package dev.keelson.storage.backend.memory;

import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.Reader;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of all families at one moment; never changes. */
final class State implements Reader {
  private final List<Family> families;
  private final @Nullable Rows[] roots;

  State(List<Family> families) {
    this(families, new Rows[families.size()]);
  }

  private State(List<Family> families, @Nullable Rows[] roots) {
    this.families = families;
    this.roots = roots;
  }

  State with(List<Change> changes) {
    @Nullable Rows[] changed = Arrays.copyOf(roots, roots.length);
    for (Change change : changes) {
      int ordinal = ordinal(change.family());
      changed[ordinal] = change.applyTo(changed[ordinal]);
    }
    return new State(families, changed);
  }

  List<Family> families() {
    return families;
  }

  long bytes() {
    long sum = 0;
    for (Rows root : roots) {
      sum += Rows.bytesOf(root);
    }
    return sum;
  }

  @Override
  public byte @Nullable [] get(Family family, byte[] key) {
    byte[] value = Rows.find(roots[ordinal(family)], key);
    return value == null ? null : value.clone();
  }

  @Override
  public Cursor ascending(Family family, byte[] from, byte @Nullable [] to) {
    return new RowsCursor(roots[ordinal(family)], from, to, true);
  }

  @Override
  public Cursor descending(Family family, byte[] from, byte @Nullable [] to) {
    return new RowsCursor(roots[ordinal(family)], from, to, false);
  }

  private int ordinal(Family family) {
    int ordinal = family.ordinal();
    if (ordinal >= families.size() || !families.get(ordinal).equals(family)) {
      throw new IllegalArgumentException("not a family of this backend: " + family);
    }
    return ordinal;
  }
}
