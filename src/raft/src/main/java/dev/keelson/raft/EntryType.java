package dev.keelson.raft;

/** What the payload of an {@link Entry} is; the ordinals are etcd's wire values. */
public enum EntryType {
  /** A state machine command, or empty for the entry that opens a term. */
  NORMAL,
  /** A single-step membership change ({@code raftpb.ConfChange}). */
  CONF_CHANGE,
  /** A joint membership change ({@code raftpb.ConfChangeV2}). */
  CONF_CHANGE_V2
}
