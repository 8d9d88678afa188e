package dev.keelson.server.command.store;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a bucket is and how it is reached.
 *
 * @param bucket its name
 * @param prefix what the name of every object begins with; empty, or with a slash at the end
 * @param endpoint the server; null for Amazon's of the region
 * @param region needed for signatures even where it means nothing
 * @param pathStyle whether the bucket stands in the path, not in the host name
 * @param caFile authorities to trust instead of the system's; null for the latter
 * @param attempts how often a request is tried
 */
record S3Settings(
    String bucket,
    String prefix,
    @Nullable URI endpoint,
    String region,
    boolean pathStyle,
    @Nullable Path caFile,
    int attempts) {}
