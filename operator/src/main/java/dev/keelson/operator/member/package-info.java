/**
 * What the operator asks and tells a cluster's members: etcd's Cluster, Maintenance and Auth
 * services over gRPC. Members are reached at their Pods' addresses under their own names, so that
 * neither cluster DNS nor its caches stand between a decision and the member it is about.
 */
@NullMarked
package dev.keelson.operator.member;

import org.jspecify.annotations.NullMarked;
