/**
 * The Watch service on gRPC: requests are decoded, responses are the hub's frames streamed as they
 * are, and HTTP/2 flow control reaches the hub as {@link dev.keelson.kv.watch.WatchSink#isReady}.
 */
@NullMarked
package dev.keelson.node.api.watch;

import org.jspecify.annotations.NullMarked;
