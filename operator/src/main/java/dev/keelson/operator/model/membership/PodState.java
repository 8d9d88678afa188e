package dev.keelson.operator.model.membership;

/** What a member's Pod is doing. */
public enum PodState {
  /** Not scheduled, or its image or disk is not there yet. */
  PENDING,
  /** Its process runs but does not serve: a learner, or a member that is catching up. */
  RUNNING,
  /** Its process has served since it started, and does not any more. */
  UNREADY,
  /** It serves. */
  READY,
  /** Its process keeps ending. */
  CRASH_LOOPING,
  /** It ended for good (evicted, node lost); it will not run again under this object. */
  TERMINAL,
  /** It is being deleted; its name is not free yet. */
  TERMINATING
}
