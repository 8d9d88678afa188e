package dev.keelson.server.command.store;

import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Makes the client of a bucket. */
final class S3Connection {
  private static final Duration PAUSE_MIN = Duration.ofMillis(250);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(20);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** Silence for so long means that the other side is gone. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private S3Connection() {}

  static S3Client open(S3Settings settings) {
    UrlConnectionHttpClient.Builder http =
        UrlConnectionHttpClient.builder().connectionTimeout(CONNECT_TIMEOUT).socketTimeout(SILENCE);
    Path authorities = settings.caFile();
    if (authorities != null) {
      TrustManager[] trusted = trusted(authorities);
      http.tlsTrustManagersProvider(() -> trusted);
    }
    S3ClientBuilder client =
        S3Client.builder()
            .region(Region.of(settings.region()))
            .forcePathStyle(settings.pathStyle())
            .credentialsProvider(DefaultCredentialsProvider.builder().build())
            // many servers do not know Amazon's newer checksums; backups carry their own
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(
                each ->
                    each.retryStrategy(
                        StandardRetryStrategy.builder()
                            .maxAttempts(settings.attempts())
                            .circuitBreakerEnabled(false)
                            .backoffStrategy(BackoffStrategy.exponentialDelay(PAUSE_MIN, PAUSE_MAX))
                            .build()))
            .httpClientBuilder(http);
    if (settings.endpoint() != null) {
      client.endpointOverride(settings.endpoint());
    }
    return client.build();
  }

  private static TrustManager[] trusted(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("authority-" + number++, each);
      }
      if (number == 0) {
        throw new IOException("it holds no certificate");
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (IOException | GeneralSecurityException e) {
      throw new CommandException(
          ExitStatus.REFUSED, "cannot use --s3-ca-file " + file + ": " + e.getMessage(), e);
    }
  }
}
