package dev.keelson.kv;

import dev.keelson.kv.auth.AuthListener;
import dev.keelson.kv.lease.Leases.Granted;

/** Told by the apply thread of changes that have a local, not replicated, consequence. */
public interface ApplyListener extends AuthListener {
  /** A lease exists from now on. */
  void leaseGranted(Granted lease);

  /** A lease and its keys are gone. */
  void leaseRevoked(long id);

  /** Revisions below are refused from the next view on, and will be removed. */
  void compacted(long revision);
}
