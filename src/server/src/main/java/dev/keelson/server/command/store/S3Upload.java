package dev.keelson.server.command.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * Writes an object in parts of equal size, of which one is in memory: a part whose connection
 * breaks is sent again, those before are not. The object appears with {@link #complete} only.
 */
final class S3Upload extends BackupStore.Upload {
  /** Ten thousand parts are allowed, so objects of up to 160 GB. */
  private static final int PART_BYTES = 16 << 20;

  private final S3Client client;
  private final String bucket;
  private final String key;
  private final S3Errors errors;
  private final byte[] part = new byte[PART_BYTES];
  private final List<CompletedPart> parts = new ArrayList<>();
  private int filled;
  private @Nullable String upload;
  private boolean completed;

  S3Upload(S3Client client, String bucket, String key, S3Errors errors) {
    this.client = client;
    this.bucket = bucket;
    this.key = key;
    this.errors = errors;
  }

  @Override
  public void write(int value) {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    int at = offset;
    int left = length;
    while (left > 0) {
      if (filled == part.length) {
        send();
      }
      int fitting = Math.min(left, part.length - filled);
      System.arraycopy(bytes, at, part, filled, fitting);
      filled += fitting;
      at += fitting;
      left -= fitting;
    }
  }

  private void send() {
    try {
      String id = upload;
      if (id == null) {
        id = client.createMultipartUpload(each -> each.bucket(bucket).key(key)).uploadId();
        upload = id;
      }
      String current = id;
      int number = parts.size() + 1;
      String tag =
          client
              .uploadPart(
                  each -> each.bucket(bucket).key(key).uploadId(current).partNumber(number), body())
              .eTag();
      parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
      filled = 0;
    } catch (SdkException e) {
      throw errors.of("write", key, e);
    }
  }

  private RequestBody body() {
    return RequestBody.fromBytes(filled == part.length ? part : Arrays.copyOf(part, filled));
  }

  @Override
  public void complete() {
    try {
      if (upload == null) {
        var _ = client.putObject(each -> each.bucket(bucket).key(key), body());
      } else {
        send();
        String current = upload;
        var _ =
            client.completeMultipartUpload(
                each ->
                    each.bucket(bucket)
                        .key(key)
                        .uploadId(current)
                        .multipartUpload(list -> list.parts(parts)));
      }
      completed = true;
    } catch (SdkException e) {
      throw errors.of("write", key, e);
    }
  }

  @Override
  public void close() {
    String current = upload;
    if (current == null || completed) {
      return;
    }
    try {
      var _ = client.abortMultipartUpload(each -> each.bucket(bucket).key(key).uploadId(current));
    } catch (SdkException e) {
      // why the upload failed is what the caller must hear; buckets clear unfinished ones by rule
    }
  }
}
