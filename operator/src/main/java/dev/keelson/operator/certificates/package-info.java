/**
 * The certificates that the operator makes itself: two authorities per cluster (one for clients'
 * connections, one for those between members, so that a client's certificate opens no peer port),
 * certificates signed by them, and their renewal. An authority is replaced in three stages, each
 * long enough for every member and client to read its files again: the new one is trusted, then it
 * signs, then the old one is dropped.
 */
@NullMarked
package dev.keelson.operator.certificates;

import org.jspecify.annotations.NullMarked;
