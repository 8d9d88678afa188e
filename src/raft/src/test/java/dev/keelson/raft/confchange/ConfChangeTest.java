package dev.keelson.raft.confchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Membership changes: their bytes, and what they do. */
final class ConfChangeTest {
  private static final ConfChange.Type[] TYPES = ConfChange.Type.values();
  private static final ConfChange.Transition[] TRANSITIONS = ConfChange.Transition.values();

  private static ConfChange v2(ConfChange.Transition transition, ConfChange.Single... steps) {
    return new ConfChange.V2(transition, List.of(steps), new byte[0]);
  }

  private static ConfChange.Single step(ConfChange.Type type, long id) {
    return new ConfChange.Single(type, id);
  }

  // Worked out by hand from the protobuf encoding of raftpb.ConfChange, every scalar written.
  @Test
  void theBytesAreThoseOfRaftpb() {
    ConfChange v1 = new ConfChange.V1(1, ConfChange.Type.ADD_LEARNER, 300, "ab".getBytes(UTF_8));
    assertThat(HexFormat.of().formatHex(ConfChangeCodec.encode(v1)))
        .isEqualTo("08011003" + "18ac02" + "22026162");
    ConfChange v2 = v2(ConfChange.Transition.JOINT_EXPLICIT, step(ConfChange.Type.REMOVE, 2));
    assertThat(HexFormat.of().formatHex(ConfChangeCodec.encode(v2)))
        .isEqualTo("0802" + "1204" + "08011002");
    assertThat(ConfChangeCodec.encode(ConfChange.leaveJoint())).isEmpty();
  }

  @Property(tries = 200)
  void bytesComeBackAsTheChange(
      @ForAll long id,
      @ForAll @Size(max = 5) List<@IntRange(max = 3) Integer> types,
      @ForAll long nodeId,
      @ForAll @Size(max = 20) byte[] context)
      throws ConfChangeException {
    List<ConfChange.Single> steps = new ArrayList<>();
    types.forEach(type -> steps.add(step(TYPES[type], nodeId + type)));
    ConfChange v2 = new ConfChange.V2(ConfChange.Transition.AUTO, steps, context);
    ConfChange read = ConfChangeCodec.decodeV2(ConfChangeCodec.encode(v2));
    assertThat(read.changes()).isEqualTo(steps);
    assertThat(read.context()).isEqualTo(context);
    ConfChange v1 = new ConfChange.V1(id, ConfChange.Type.UPDATE, nodeId, context);
    assertThat(ConfChangeCodec.decodeV1(ConfChangeCodec.encode(v1)))
        .usingRecursiveComparison()
        .isEqualTo(v1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"08", "2205ff", "0804ffffffffffffffffffff01", "1009", "0b"})
  void damagedBytesAreRefused(String hex) {
    assertThatThrownBy(() -> ConfChangeCodec.decodeV1(HexFormat.of().parseHex(hex)))
        .isInstanceOf(ConfChangeException.class);
  }

  @Test
  void aVoterDemotedOnTheWayBecomesALearnerAtTheEnd() throws ConfChangeException {
    ConfState joint =
        Changer.apply(
            ConfState.ofVoters(1L, 2L, 3L),
            v2(
                ConfChange.Transition.AUTO,
                step(ConfChange.Type.ADD_LEARNER, 2),
                step(ConfChange.Type.ADD_VOTER, 4)));
    assertThat(joint)
        .isEqualTo(
            new ConfState(List.of(1L, 3L, 4L), List.of(), List.of(1L, 2L, 3L), List.of(2L), true));
    assertThat(Changer.apply(joint, ConfChange.leaveJoint()))
        .isEqualTo(new ConfState(List.of(1L, 3L, 4L), List.of(2L), List.of(), List.of(), false));
  }

  @Test
  void whatDoesNotFitIsRefused() {
    ConfState one = ConfState.ofVoters(1L);
    ConfState joint = new ConfState(List.of(1L), List.of(), List.of(2L), List.of(), false);
    assertThatThrownBy(() -> Changer.apply(one, ConfChange.single(ConfChange.Type.REMOVE, 1)))
        .isInstanceOf(ConfChangeException.class)
        .hasMessageContaining("no voter");
    assertThatThrownBy(() -> Changer.apply(one, ConfChange.leaveJoint()))
        .isInstanceOf(ConfChangeException.class);
    assertThatThrownBy(() -> Changer.apply(joint, ConfChange.single(ConfChange.Type.REMOVE, 3)))
        .isInstanceOf(ConfChangeException.class);
    assertThatThrownBy(
            () ->
                Changer.apply(
                    joint,
                    v2(
                        ConfChange.Transition.AUTO,
                        step(ConfChange.Type.ADD_VOTER, 3),
                        step(ConfChange.Type.ADD_VOTER, 4))))
        .isInstanceOf(ConfChangeException.class);
  }

  /** Whatever is done to it, a configuration keeps its shape. */
  @Property(tries = 300)
  void configurationsKeepTheirShape(
      @ForAll @Size(max = 30) List<@IntRange(max = 3 * 5 * 4 - 1) Integer> script) {
    ConfState state = ConfState.ofVoters(1L, 2L, 3L);
    List<ConfChange.Single> gathered = new ArrayList<>();
    for (int code : script) {
      gathered.add(step(TYPES[code % 4], 1 + code / 4 % 5));
      if (code / 20 == 0) {
        continue;
      }
      ConfChange change =
          state.isJoint()
              ? ConfChange.leaveJoint()
              : new ConfChange.V2(TRANSITIONS[code / 20], gathered, new byte[0]);
      try {
        ConfState after = Changer.apply(state, change);
        assertShape(after);
        assertThat(after.isJoint() && state.isJoint()).isFalse();
        state = after;
      } catch (ConfChangeException e) {
        assertThat(e).hasMessageContaining("no voter");
      }
      gathered.clear();
    }
  }

  private static void assertShape(ConfState state) {
    assertThat(state.voters()).isNotEmpty();
    assertThat(Collections.disjoint(state.voters(), state.learners())).isTrue();
    assertThat(Collections.disjoint(state.votersOutgoing(), state.learners())).isTrue();
    assertThat(Collections.disjoint(state.voters(), state.learnersNext())).isTrue();
    assertThat(state.votersOutgoing().containsAll(state.learnersNext())).isTrue();
    assertThat(state.autoLeave() && !state.isJoint()).isFalse();
  }
}
