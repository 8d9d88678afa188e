package dev.keelson.node.api;

/** Guards the space the backend may take. Thread-safe. */
public interface QuotaGate {
  /** A quota that is never reached. */
  QuotaGate UNLIMITED =
      new QuotaGate() {
        @Override
        public boolean admits(long costBytes) {
          return true;
        }

        @Override
        public long limitBytes() {
          return 0;
        }
      };

  /** Whether a write of this cost still fits; if not, the NOSPACE alarm is being raised. */
  boolean admits(long costBytes);

  /** The quota in bytes; 0 for none. */
  long limitBytes();
}
