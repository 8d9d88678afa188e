/** Tests of {@code dev.keelson.server.gateway}. */
@NullMarked
package dev.keelson.server.gateway;

import org.jspecify.annotations.NullMarked;
