package dev.keelson.raft;

/**
 * What a member is told at its start. {@link #builder} begins with etcd's values.
 *
 * @param id this member; not 0
 * @param electionTicks ticks without a leader before an election, at least; the actual timeout is
 *     drawn from [{@code electionTicks}, {@code 2 * electionTicks - 1}]. Must exceed {@code
 *     heartbeatTicks}, by 10 times to spare needless elections.
 * @param heartbeatTicks ticks between a leader's heartbeats
 * @param maxMessageBytes entries are put in one append up to this size, but at least one entry. Too
 *     small costs round trips; too large delays heartbeats behind it.
 * @param maxInflightMessages appends on the way to one follower at once
 * @param maxInflightBytes payload bytes on the way to one follower at once; 0 for no limit. Below
 *     bandwidth times round trip it throttles.
 * @param maxUncommittedBytes payload bytes a leader takes beyond what is applied; 0 for no limit.
 *     One proposal is always taken when nothing else waits.
 * @param maxApplyingBytes bytes of committed entries handed out and not yet applied; bounds the
 *     memory of a slow state machine. At least one entry is handed out.
 * @param preVote whether to ask before campaigning, so that a member coming back from a partition
 *     does not depose a working leader (dissertation §9.6)
 * @param checkQuorum whether a leader steps down that hears from no quorum for an election timeout,
 *     and followers ignore candidates while they hear from a leader (dissertation §6.2)
 * @param appliedIndex what the state machine has applied already; it is not handed out again
 */
public record RaftConfig(
    long id,
    int electionTicks,
    int heartbeatTicks,
    long maxMessageBytes,
    int maxInflightMessages,
    long maxInflightBytes,
    long maxUncommittedBytes,
    long maxApplyingBytes,
    boolean preVote,
    boolean checkQuorum,
    long appliedIndex) {

  /** Checks the bounds. */
  public RaftConfig {
    require(id != 0, "id must not be 0");
    require(heartbeatTicks > 0, "heartbeatTicks must be positive");
    require(electionTicks > heartbeatTicks, "electionTicks must exceed heartbeatTicks");
    require(electionTicks < 1 << 20, "electionTicks must be below 2^20");
    require(maxMessageBytes > 0, "maxMessageBytes must be positive");
    require(maxInflightMessages > 0, "maxInflightMessages must be positive");
    require(maxInflightBytes >= 0, "maxInflightBytes must not be negative");
    require(maxUncommittedBytes >= 0, "maxUncommittedBytes must not be negative");
    require(maxApplyingBytes > 0, "maxApplyingBytes must be positive");
    require(appliedIndex >= 0, "appliedIndex must not be negative");
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Begins a configuration for the member {@code id} with etcd's values. */
  public static Builder builder(long id) {
    return new Builder(id);
  }

  /** Collects the values of a {@link RaftConfig}. */
  public static final class Builder {
    private final long id;
    private int electionTicks = 10;
    private int heartbeatTicks = 1;
    private long maxMessageBytes = 1 << 20;
    private int maxInflightMessages = 512;
    private long maxInflightBytes;
    private long maxUncommittedBytes;
    private long maxApplyingBytes = 8 << 20;
    private boolean preVote = true;
    private boolean checkQuorum = true;
    private long appliedIndex;

    private Builder(long id) {
      this.id = id;
    }

    public Builder electionTicks(int ticks) {
      electionTicks = ticks;
      return this;
    }

    public Builder heartbeatTicks(int ticks) {
      heartbeatTicks = ticks;
      return this;
    }

    public Builder maxMessageBytes(long bytes) {
      maxMessageBytes = bytes;
      return this;
    }

    public Builder maxInflightMessages(int messages) {
      maxInflightMessages = messages;
      return this;
    }

    public Builder maxInflightBytes(long bytes) {
      maxInflightBytes = bytes;
      return this;
    }

    public Builder maxUncommittedBytes(long bytes) {
      maxUncommittedBytes = bytes;
      return this;
    }

    public Builder maxApplyingBytes(long bytes) {
      maxApplyingBytes = bytes;
      return this;
    }

    public Builder preVote(boolean enabled) {
      preVote = enabled;
      return this;
    }

    public Builder checkQuorum(boolean enabled) {
      checkQuorum = enabled;
      return this;
    }

    public Builder appliedIndex(long index) {
      appliedIndex = index;
      return this;
    }

    /** The configuration; throws {@link IllegalArgumentException} for a value out of bounds. */
    public RaftConfig build() {
      return new RaftConfig(
          id,
          electionTicks,
          heartbeatTicks,
          maxMessageBytes,
          maxInflightMessages,
          maxInflightBytes,
          maxUncommittedBytes,
          maxApplyingBytes,
          preVote,
          checkQuorum,
          appliedIndex);
    }
  }
}
