/** Tests of tokens, passwords and identities. */
@NullMarked
package dev.keelson.node.api.auth;

import org.jspecify.annotations.NullMarked;
