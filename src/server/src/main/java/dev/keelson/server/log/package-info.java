/**
 * Log lines in etcd's form, and the way from SLF4J's key-value calls to them.
 *
 * <p>The JBoss log manager that Quarkus runs on filters and dispatches; what is ours is the record
 * with fields, its formatters, the handler that writes to the configured outputs, and the SLF4J
 * provider that keeps key-value pairs as fields instead of gluing them to the message.
 */
@NullMarked
package dev.keelson.server.log;

import org.jspecify.annotations.NullMarked;
