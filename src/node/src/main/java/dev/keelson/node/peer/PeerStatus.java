package dev.keelson.node.peer;

/**
 * How the way to one member is.
 *
 * @param connected whether consensus can be sent
 * @param roundTripNanos the newest round trip; 0 before the first
 * @param clockDifferenceMillis its wall clock minus this member's, uncertain by a round trip
 * @param sentMessages messages handed to a connection
 * @param droppedMessages messages that were not
 */
public record PeerStatus(
    boolean connected,
    long roundTripNanos,
    long clockDifferenceMillis,
    long sentMessages,
    long droppedMessages) {}
