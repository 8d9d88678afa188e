package dev.keelson.operator.model.membership;

import dev.keelson.operator.api.v1alpha1.Operation;
import java.time.Instant;
import java.util.List;

/** What to do next. */
public sealed interface Step {
  /** Writes the status, under optimistic lock, and nothing else. */
  sealed interface StatusStep extends Step {}

  /** Changes one thing outside the status; repeating it does no harm. */
  sealed interface OutsideStep extends Step {}

  /** Changes nothing. */
  sealed interface IdleStep extends Step {}

  /** Records the identity of the new cluster and closes the operation that made it. */
  record Bootstrap(String clusterId) implements StatusStep {}

  /** Records an operation together with the serial numbers it takes. */
  record Reserve(Operation operation, long lastSerial) implements StatusStep {}

  /** Records an operation, or its next part. */
  record Begin(Operation operation) implements StatusStep {}

  /** Records that an operation is being taken back. */
  record RollBack(Operation operation, String cause) implements StatusStep {}

  /**
   * Records that a request for a recovery was answered, and closes its operation.
   *
   * @param needed whether a member was made a cluster of its own; else the quorum had come back
   */
  record Recovered(long number, boolean needed) implements StatusStep {}

  /** Records that no operation is open. */
  record Finish() implements StatusStep {}

  /** Makes a member's disk. */
  record CreateDisk(long serial, DiskState state) implements OutsideStep {}

  /** Records on the disk that its member votes, or is about to: it holds data worth keeping. */
  record RecordVoter(long serial) implements OutsideStep {}

  /** Deletes a disk with its data. */
  record DeleteDisk(long serial) implements OutsideStep {}

  /** Marks a disk as retained: it stays, and belongs to no member any more. */
  record RetainDisk(long serial) implements OutsideStep {}

  /**
   * Makes a member's Pod on its disk.
   *
   * @param peers the serial numbers of all members it is told of, itself included
   */
  record StartPod(long serial, List<Long> peers, StartMode mode) implements OutsideStep {}

  /** Puts a Pod into the client Service or takes it out. */
  record SetServing(long serial, boolean serving) implements OutsideStep {}

  /** Deletes a Pod. */
  record DeletePod(long serial) implements OutsideStep {}

  /** Adds a member as a learner, unless its peer URL is listed already. */
  record AddLearner(long serial) implements OutsideStep {}

  /** Makes a learner a voter. */
  record Promote(long serial) implements OutsideStep {}

  /** Hands leadership to a voter. */
  record MoveLeader(long serial) implements OutsideStep {}

  /** Removes a member from the cluster; one that is not listed counts as removed. */
  record RemoveMember(long serial) implements OutsideStep {}

  /** Waits for learners, at most until the deadline. */
  record AwaitCatchUp(List<Long> serials, Instant deadline) implements IdleStep {}

  /** Waits for something to change. */
  record Wait(WaitReason reason) implements IdleStep {}
}
