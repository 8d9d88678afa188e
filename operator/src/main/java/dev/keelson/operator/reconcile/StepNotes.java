package dev.keelson.operator.reconcile;

import dev.keelson.operator.model.Names;
import dev.keelson.operator.model.membership.StartMode;
import dev.keelson.operator.model.membership.Step;
import dev.keelson.operator.model.membership.WaitReason;
import java.util.List;
import java.util.stream.Collectors;

/** Steps in a person's words, for Events. */
final class StepNotes {
  private StepNotes() {}

  static String reason(Step step) {
    return step instanceof Step.Wait wait ? reason(wait.reason()) : step.getClass().getSimpleName();
  }

  static String reason(WaitReason reason) {
    return switch (reason) {
      case QUORUM_LOST -> "QuorumLost";
      case RECOVERY_REFUSED -> "RecoveryRefused";
      case QUORUM_GUARD -> "QuorumGuard";
      case FOREIGN_CLUSTER -> "ForeignCluster";
      case ROLL_STUCK -> "RollStuck";
      case NO_LEADER -> "NoLeader";
      case NO_ANSWER -> "NoAnswer";
      case STEADY -> "Steady";
      case PAUSED -> "Paused";
      case HIBERNATED -> "Hibernated";
      case STARTING -> "Starting";
      case DRAINING -> "Draining";
      case DELETING -> "Deleting";
      case BACKING_OFF -> "BackingOff";
    };
  }

  static String note(Step step, Names names) {
    return switch (step) {
      case Step.Bootstrap s -> "cluster " + s.clusterId() + " was made";
      case Step.Reserve s -> s.operation().type() + " of " + names(names, s.operation().serials());
      case Step.Begin s ->
          s.operation().type()
              + " of "
              + names(names, s.operation().serials())
              + ": "
              + s.operation().step();
      case Step.RollBack s ->
          "taking back " + names(names, s.operation().serials()) + ": " + s.cause();
      case Step.Recovered s ->
          s.needed()
              ? "recovery " + s.number() + " is done; new members join"
              : "recovery " + s.number() + " is not needed: a majority answers";
      case Step.Finish s -> "done";
      case Step.CreateDisk s -> "disk of " + names.member(s.serial()) + " made";
      case Step.RecordVoter s -> names.member(s.serial()) + " is recorded as a voter on its disk";
      case Step.DeleteDisk s -> "disk of " + names.member(s.serial()) + " deleted";
      case Step.RetainDisk s -> "disk of " + names.member(s.serial()) + " put away";
      case Step.StartPod s ->
          "Pod "
              + names.member(s.serial())
              + (s.mode() == StartMode.FORCED ? " made, as the only member" : " made");
      case Step.SetServing s ->
          names.member(s.serial())
              + (s.serving() ? " serves clients" : " takes no new clients any more");
      case Step.DeletePod s -> "Pod " + names.member(s.serial()) + " deleted";
      case Step.AddLearner s -> names.member(s.serial()) + " added as a learner";
      case Step.Promote s -> names.member(s.serial()) + " promoted to a voter";
      case Step.MoveLeader s -> "leadership moved to " + names.member(s.serial());
      case Step.RemoveMember s -> names.member(s.serial()) + " removed from the cluster";
      case Step.AwaitCatchUp s -> "waiting for " + names(names, s.serials()) + " to catch up";
      case Step.Wait s -> "waiting: " + reason(s.reason());
    };
  }

  private static String names(Names names, List<Long> serials) {
    return serials.stream().map(names::member).collect(Collectors.joining(" and "));
  }
}
