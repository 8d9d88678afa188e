package dev.keelson.sim.client;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * How a call ended.
 *
 * @param response null unless it succeeded
 */
public record Answer<R>(@Nullable R response, Status status) {}
