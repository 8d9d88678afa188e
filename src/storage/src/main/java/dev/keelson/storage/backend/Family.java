package dev.keelson.storage.backend;

/**
 * A named, separately ordered key space of a {@link KvBackend}. Owners declare their families as
 * constants and hand all of them to the backend when it is opened.
 *
 * @param name the name on disk; never changed once released
 * @param ordinal position in the list the backend was opened with, starting at 0
 * @param access how it is read, from which the backend picks its tuning
 */
public record Family(String name, int ordinal, Access access) {
  /** The dominant way a family is read. */
  public enum Access {
    /** Random point reads of keys that often do not exist: wants a filter. */
    POINT,
    /** Written in key order and read in long runs: wants neither filter nor small blocks. */
    LOG,
    /** Small and rarely read. */
    SMALL
  }
}
