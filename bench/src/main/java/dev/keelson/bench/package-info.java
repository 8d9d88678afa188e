/** The load driver: compares two endpoints that speak etcd's v3 API. */
@NullMarked
package dev.keelson.bench;

import org.jspecify.annotations.NullMarked;
