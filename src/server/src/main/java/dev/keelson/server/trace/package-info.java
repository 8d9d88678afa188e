/**
 * Distributed tracing of calls: a span for each, exported by OTLP. Nothing outside of this package
 * touches OpenTelemetry, so that none of its classes are loaded while tracing is off.
 */
@NullMarked
package dev.keelson.server.trace;

import org.jspecify.annotations.NullMarked;
