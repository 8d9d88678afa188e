package dev.keelson.operator.member;

/**
 * Where a member answers clients.
 *
 * @param ip address to connect to
 * @param port port to connect to
 * @param host name that its certificate must hold
 */
public record MemberAddress(String ip, int port, String host) {}
