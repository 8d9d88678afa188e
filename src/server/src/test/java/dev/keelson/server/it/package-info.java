/**
 * Black-box tests: each starts the packaged server as a process and talks to it as users do. With
 * {@code -Dit.program=etcd} they run against etcd instead, which tests the tests.
 */
@NullMarked
package dev.keelson.server.it;

import org.jspecify.annotations.NullMarked;
