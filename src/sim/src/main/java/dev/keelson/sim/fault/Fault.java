package dev.keelson.sim.fault;

/** The kinds of faults. */
public enum Fault {
  /** A process is killed between two events; what it wrote survives. */
  KILL,
  /** The power fails between two events; what was not persisted is kept or dropped. */
  POWER_LOSS,
  /** The power fails right before a write, persist or rename. */
  POWER_LOSS_AT_STEP,
  /** A member is stopped in good order and started again. */
  RESTART,
  /** All members lose power within a moment. */
  BLACKOUT,
  /** A process is stopped (SIGSTOP) for up to several election timeouts. */
  PAUSE,
  /** One member is cut off from all others. */
  ISOLATION,
  /** The members fall apart into two groups. */
  PARTITION,
  /** One direction between two members is cut. */
  ONE_WAY,
  /** Half of what one member sends another is lost. */
  FLAKY,
  /** One member's messages to another come much later. */
  SLOW,
  /** A wall clock jumps. */
  CLOCK_JUMP,
  /** Leadership is handed to another member. */
  TRANSFER,
  /** A disk has no space left for a while. */
  DISK_FULL,
  /** A write of the log fails, after half of it. */
  WRITE_ERROR,
  /** A persist of the log fails. */
  PERSIST_ERROR,
  /** A bit of the log tips over while its member is down. */
  BIT_ROT
}
