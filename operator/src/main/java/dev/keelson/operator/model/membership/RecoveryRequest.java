package dev.keelson.operator.model.membership;

import org.jspecify.annotations.Nullable;

/**
 * A person's request to go on from one member after the quorum was lost.
 *
 * @param number counts requests, so that each is answered once
 * @param clusterId the cluster that is meant
 * @param serial the member to go on from; null leaves the choice
 */
public record RecoveryRequest(long number, String clusterId, @Nullable Long serial) {}
