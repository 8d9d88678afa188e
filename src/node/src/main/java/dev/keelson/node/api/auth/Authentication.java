package dev.keelson.node.api.auth;

import dev.keelson.kv.auth.AuthState;
import java.util.function.Supplier;

/**
 * What the services need to know about callers.
 *
 * @param state the newest users, roles and permissions
 * @param identities finds out who calls
 * @param tokens issues tokens
 * @param passwords compares passwords
 */
public record Authentication(
    Supplier<AuthState> state, Identities identities, Tokens tokens, Passwords passwords) {}
