/** The errors of the API, with etcd's codes and texts. */
@NullMarked
package dev.keelson.kv.error;

import org.jspecify.annotations.NullMarked;
