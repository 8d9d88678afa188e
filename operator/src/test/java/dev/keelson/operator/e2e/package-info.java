/**
 * The operator against a real API server, installed as a user installs it, under its own RBAC
 * rules. With {@code KEELSON_E2E_KUBECONFIG} the suite uses that cluster (the images must be
 * there); without it, it starts an API server, a controller manager and a stand-in for the kubelet
 * on this machine, where the programs for that are found, and is skipped by name where they are
 * not.
 */
@NullMarked
package dev.keelson.operator.e2e;

import org.jspecify.annotations.NullMarked;
