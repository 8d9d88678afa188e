/** The replicated record of users, roles and permissions, and what it lets a caller do. */
@NullMarked
package dev.keelson.kv.auth;

import org.jspecify.annotations.NullMarked;
