package dev.keelson.server.rpc;

import java.time.Duration;

/**
 * Limits of a connection.
 *
 * @param maxMessageBytes largest request message, after decompression
 * @param maxHeaderBytes largest set of request headers, uncompressed, counted as HTTP/2 does
 * @param maxConcurrentStreams calls under way at the same time, at most 2^32-1
 * @param keepAliveMinTime a client may not ping more often while it has calls; without calls every
 *     two hours, as in grpc-go
 * @param keepAliveInterval a connection that is silent this long is pinged; zero is never
 * @param keepAliveTimeout an unanswered ping closes the connection
 */
public record RpcSettings(
    int maxMessageBytes,
    int maxHeaderBytes,
    long maxConcurrentStreams,
    Duration keepAliveMinTime,
    Duration keepAliveInterval,
    Duration keepAliveTimeout) {}
