/** Tests of users, roles and permissions. */
@NullMarked
package dev.keelson.kv.auth;

import org.jspecify.annotations.NullMarked;
