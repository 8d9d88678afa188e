package dev.keelson.server.command.store;

import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Tells of failures of a bucket in words that lead to the remedy. */
final class S3Errors {
  private static final int MOVED = 301;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERROR = 500;

  private final String bucket;
  private final String server;

  S3Errors(String bucket, String server) {
    this.bucket = bucket;
    this.server = server;
  }

  /**
   * Translates.
   *
   * @param what what was tried: "read", "list"
   * @param name of what
   */
  CommandException of(String what, String name, SdkException e) {
    String where = "cannot %s %s in the bucket %s at %s: ".formatted(what, name, bucket, server);
    if (e instanceof NoSuchBucketException
        || (e instanceof S3Exception missing && missing.statusCode() == NOT_FOUND)) {
      return new CommandException(
          ExitStatus.REFUSED, where + "there is no such bucket; make it first", e);
    }
    if (e instanceof S3Exception answer) {
      return new CommandException(status(answer), where + answered(answer), e);
    }
    if (e instanceof SdkClientException && mentionsCredentials(e)) {
      return new CommandException(
          ExitStatus.REFUSED,
          where
              + "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give"
              + " this container a role",
          e);
    }
    return new CommandException(ExitStatus.UNAVAILABLE, where + rootMessage(e), e);
  }

  private static ExitStatus status(S3Exception answer) {
    int code = answer.statusCode();
    if (code == MOVED || code == UNAUTHORIZED || code == FORBIDDEN) {
      return ExitStatus.REFUSED;
    }
    return code >= SERVER_ERROR || code == TOO_MANY_REQUESTS
        ? ExitStatus.UNAVAILABLE
        : ExitStatus.FAILED;
  }

  private static String answered(S3Exception answer) {
    String code = answer.awsErrorDetails() == null ? "" : answer.awsErrorDetails().errorCode();
    String said = code == null || code.isEmpty() ? "" : " (" + code + ")";
    return switch (answer.statusCode()) {
      case MOVED -> "the bucket is in another region: set --s3-region" + said;
      case UNAUTHORIZED -> "the credentials were not accepted" + said;
      case FORBIDDEN -> "the credentials are wrong or do not permit this" + said;
      default -> "status " + answer.statusCode() + said + " " + answer.getMessage();
    };
  }

  private static boolean mentionsCredentials(SdkException e) {
    return String.valueOf(e.getMessage()).contains("Unable to load credentials");
  }

  private static String rootMessage(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }
}
