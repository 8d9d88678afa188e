package dev.keelson.server.command.store;

import java.io.IOException;
import java.io.InputStream;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Reads an object; when the connection breaks, goes on where it broke. That it is still the same
 * object is made sure by its tag. Not thread-safe.
 */
final class S3Download extends InputStream {
  private static final int RESUMES_MAX = 10;

  private final S3Client client;
  private final String bucket;
  private final String key;
  private final S3Errors errors;
  private final String tag;
  private final long length;
  private ResponseInputStream<GetObjectResponse> in;
  private long position;
  private int resumes;

  /**
   * Opens the object.
   *
   * @throws SdkException if that fails
   */
  S3Download(S3Client client, String bucket, String key, S3Errors errors) {
    this.client = client;
    this.bucket = bucket;
    this.key = key;
    this.errors = errors;
    in = client.getObject(each -> each.bucket(bucket).key(key));
    tag = in.response().eTag();
    length = in.response().contentLength();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int wanted) throws IOException {
    if (wanted == 0) {
      return 0;
    }
    while (position < length) {
      try {
        int read = in.read(bytes, offset, wanted);
        if (read > 0) {
          position += read;
          return read;
        }
        resume(new IOException("the connection ended early"));
      } catch (IOException e) {
        resume(e);
      }
    }
    return -1;
  }

  private void resume(IOException broken) throws IOException {
    in.abort();
    if (++resumes > RESUMES_MAX) {
      throw broken;
    }
    try {
      in =
          client.getObject(
              each -> each.bucket(bucket).key(key).range("bytes=" + position + "-").ifMatch(tag));
    } catch (SdkException e) {
      throw errors.of("read", key, e);
    }
  }

  @Override
  public void close() {
    in.abort(); // what is left unread is not wanted
  }
}
