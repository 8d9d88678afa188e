/** The state in etcd's own file format, as its tools save and restore it. */
@NullMarked
package dev.keelson.kv.snapshot;

import org.jspecify.annotations.NullMarked;
