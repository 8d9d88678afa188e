package dev.keelson.server.command.source;

/**
 * The member a snapshot came from.
 *
 * @param clusterId as an unsigned number
 * @param memberId as an unsigned number
 * @param serverVersion what {@code Status} says
 */
public record MemberInfo(long clusterId, long memberId, String serverVersion) {}
