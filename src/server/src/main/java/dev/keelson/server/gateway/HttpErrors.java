package dev.keelson.server.gateway;

import io.grpc.Status;

/** gRPC's errors as HTTP shows them. */
final class HttpErrors {
  private HttpErrors() {}

  /** The HTTP status that stands for a gRPC code (grpc-gateway's table). */
  static int status(Status.Code code) {
    return switch (code) {
      case OK -> 200;
      case CANCELLED -> 499;
      case UNKNOWN, INTERNAL, DATA_LOSS -> 500;
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
      case DEADLINE_EXCEEDED -> 504;
      case NOT_FOUND -> 404;
      case ALREADY_EXISTS, ABORTED -> 409;
      case PERMISSION_DENIED -> 403;
      case UNAUTHENTICATED -> 401;
      case RESOURCE_EXHAUSTED -> 429;
      case UNIMPLEMENTED -> 501;
      case UNAVAILABLE -> 503;
    };
  }

  /** The text of an error; empty when it has none. */
  static String message(Status status) {
    String description = status.getDescription();
    return description == null ? "" : description;
  }

  /** The body that tells of an error. */
  static String body(Status status) {
    return "{\"code\":%d,\"message\":%s}"
        .formatted(status.getCode().value(), MessageJson.quote(message(status)));
  }

  /** The end of a stream that fails after its first message. */
  static String last(Status status) {
    return "{\"error\":" + body(status) + "}";
  }
}
