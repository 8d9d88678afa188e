/** This program as a client of a cluster: connections by etcd's rules for endpoints, and logins. */
@NullMarked
package dev.keelson.server.client;

import org.jspecify.annotations.NullMarked;
