package dev.keelson.server.client;

import dev.keelson.server.tls.ClientKey;
import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/**
 * Who is believed to be the server, and how this client shows who it is.
 *
 * @param authorities PEM file with the authorities that may have signed the server's certificate;
 *     null for those of the JDK
 * @param certificate PEM file with the certificate of this client; goes with {@code key}
 * @param key PEM file with its private key
 * @param anybody whether any server is believed, whatever it shows
 */
public record Trust(
    @Nullable Path authorities, @Nullable Path certificate, @Nullable Path key, boolean anybody) {

  /** Whether anything was said, so that an endpoint without a scheme means TLS. */
  public boolean isConfigured() {
    return authorities != null || certificate != null || anybody;
  }

  /**
   * Reads the files.
   *
   * @throws GeneralSecurityException if they do not hold what they should
   */
  ChannelCredentials credentials() throws IOException, GeneralSecurityException {
    TlsChannelCredentials.Builder tls = TlsChannelCredentials.newBuilder();
    if (anybody) {
      tls.trustManager(InsecureTrustManagerFactory.INSTANCE.getTrustManagers());
    } else if (authorities != null) {
      tls.trustManager(authorities.toFile());
    }
    if (certificate != null && key != null) {
      tls.keyManager(ClientKey.read(certificate, key));
    }
    return tls.build();
  }
}
