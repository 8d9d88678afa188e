package dev.keelson.node.api;

import dev.keelson.kv.error.KvError;
import io.grpc.Status;

/** Turns errors into gRPC statuses. */
final class Statuses {
  private Statuses() {}

  static Status of(KvError error) {
    return Status.fromCodeValue(error.code()).withDescription(error.text());
  }
}
