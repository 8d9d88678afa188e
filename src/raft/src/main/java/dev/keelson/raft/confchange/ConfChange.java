package dev.keelson.raft.confchange;

import java.util.List;

/**
 * A change of the membership, as a log entry carries it: {@link V1} for one member, {@link V2} for
 * any number. {@link ConfChangeCodec} turns it into bytes and back.
 */
public sealed interface ConfChange {

  /** What happens to one member. */
  enum Type {
    /** Becomes a voter, whatever it was. */
    ADD_VOTER(0),
    /** Leaves the cluster. */
    REMOVE(1),
    /** The configuration stays as it is; the context carries something for the state machine. */
    UPDATE(2),
    /** Becomes a learner, whatever it was. */
    ADD_LEARNER(3);

    private final int wireValue;

    Type(int wireValue) {
      this.wireValue = wireValue;
    }

    /** The value of {@code raftpb.ConfChangeType}. */
    public int wireValue() {
      return wireValue;
    }
  }

  /** How a {@link V2} change is carried out. */
  enum Transition {
    /** Simple if there is one step, else as {@link #JOINT_IMPLICIT}. */
    AUTO(0),
    /** Through a joint configuration that the leader leaves by itself. */
    JOINT_IMPLICIT(1),
    /** Through a joint configuration that is left by proposing {@link ConfChange#leaveJoint()}. */
    JOINT_EXPLICIT(2);

    private final int wireValue;

    Transition(int wireValue) {
      this.wireValue = wireValue;
    }

    /** The value of {@code raftpb.ConfChangeTransition}. */
    public int wireValue() {
      return wireValue;
    }
  }

  /**
   * One step of a change.
   *
   * @param type what happens
   * @param nodeId to whom; 0 means nobody, and the step is skipped
   */
  record Single(Type type, long nodeId) {}

  /**
   * A change of one member, {@code raftpb.ConfChange}.
   *
   * @param id names the change for the proposer
   * @param context opaque to consensus. Shared, never modified.
   */
  @SuppressWarnings("ArrayRecordComponent")
  record V1(long id, Type type, long nodeId, byte[] context) implements ConfChange {
    @Override
    public List<Single> changes() {
      return List.of(new Single(type, nodeId));
    }

    @Override
    public Transition transition() {
      return Transition.AUTO;
    }
  }

  /**
   * A change of any number of members, {@code raftpb.ConfChangeV2}. Without any change it leaves a
   * joint configuration.
   *
   * @param context opaque to consensus. Shared, never modified.
   */
  @SuppressWarnings("ArrayRecordComponent")
  record V2(Transition transition, List<Single> changes, byte[] context) implements ConfChange {
    public V2 {
      changes = List.copyOf(changes);
    }
  }

  /** The steps, in the order they are carried out. */
  List<Single> changes();

  /** How the steps are carried out. */
  Transition transition();

  /** What the state machine is told; opaque to consensus. */
  byte[] context();

  /** The change that leaves a joint configuration. */
  static ConfChange leaveJoint() {
    return new V2(Transition.AUTO, List.of(), new byte[0]);
  }

  /** A change of one member without context. */
  static ConfChange single(Type type, long nodeId) {
    return new V1(0, type, nodeId, new byte[0]);
  }

  /** Whether the change leaves a joint configuration. */
  default boolean leavesJoint() {
    return transition() == Transition.AUTO && changes().isEmpty();
  }

  /** Whether the change enters a joint configuration. */
  default boolean entersJoint() {
    return transition() != Transition.AUTO || changes().size() > 1;
  }
}
