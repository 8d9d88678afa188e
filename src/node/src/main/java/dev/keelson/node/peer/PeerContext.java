package dev.keelson.node.peer;

import dev.keelson.node.env.Environment;

/** What all connections of one member share. */
record PeerContext(
    PeerSettings settings,
    Environment environment,
    Dialer dialer,
    long clusterId,
    long memberId,
    Receiver receiver) {}
