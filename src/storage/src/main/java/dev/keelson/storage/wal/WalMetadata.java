package dev.keelson.storage.wal;

/** Whose log it is; written into every segment, so that a foreign one is never read. */
public record WalMetadata(long clusterId, long memberId) {}
