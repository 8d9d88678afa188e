/** Authentication of callers: passwords, tokens, certificates, and what each RPC demands. */
@NullMarked
package dev.keelson.node.api.auth;

import org.jspecify.annotations.NullMarked;
