package dev.keelson.operator.model.membership;

/**
 * What a member says of itself, which it can without a quorum.
 *
 * @param clusterId the cluster it belongs to, in hexadecimal
 * @param learner whether it is a learner
 * @param applied the last index it applied
 */
public record AnswerView(String clusterId, boolean learner, long applied) {}
