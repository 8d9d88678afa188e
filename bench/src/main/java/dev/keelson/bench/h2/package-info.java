/**
 * A gRPC client for load generation: plaintext HTTP/2 on NIO, cheap per call, one thread per loop.
 */
@NullMarked
package dev.keelson.bench.h2;

import org.jspecify.annotations.NullMarked;
