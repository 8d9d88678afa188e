package dev.keelson.server.command.store;

import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Objects in a bucket. */
final class S3Store implements BackupStore {
  private final S3Settings settings;
  private final S3Client client;
  private final S3Errors errors;

  S3Store(S3Settings settings) {
    this.settings = settings;
    client = S3Connection.open(settings);
    errors =
        new S3Errors(
            settings.bucket(),
            settings.endpoint() == null
                ? "Amazon S3, " + settings.region()
                : settings.endpoint().toString());
  }

  @Override
  public String location(String name) {
    return "s3://" + settings.bucket() + "/" + settings.prefix() + name;
  }

  @Override
  public List<String> list() {
    try {
      return client
          .listObjectsV2Paginator(
              each -> each.bucket(settings.bucket()).prefix(settings.prefix()).delimiter("/"))
          .contents()
          .stream()
          .map(each -> each.key().substring(settings.prefix().length()))
          .filter(name -> !name.isEmpty())
          .toList();
    } catch (SdkException e) {
      throw errors.of("list", "\"" + settings.prefix() + "\"", e);
    }
  }

  @Override
  public Upload create(String name) {
    return new S3Upload(client, settings.bucket(), settings.prefix() + name, errors);
  }

  @Override
  public void put(String name, byte[] content) {
    try {
      var _ =
          client.putObject(
              each -> each.bucket(settings.bucket()).key(settings.prefix() + name),
              RequestBody.fromBytes(content));
    } catch (SdkException e) {
      throw errors.of("write", name, e);
    }
  }

  @Override
  public @Nullable InputStream open(String name) {
    try {
      return new S3Download(client, settings.bucket(), settings.prefix() + name, errors);
    } catch (NoSuchKeyException e) {
      return null;
    } catch (SdkException e) {
      throw errors.of("read", name, e);
    }
  }

  @Override
  public void delete(String name) {
    try {
      var _ =
          client.deleteObject(each -> each.bucket(settings.bucket()).key(settings.prefix() + name));
    } catch (SdkException e) {
      throw errors.of("delete", name, e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
