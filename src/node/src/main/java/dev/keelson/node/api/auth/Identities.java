package dev.keelson.node.api.auth;

import dev.keelson.kv.auth.Caller;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who calls: the owner of the token that the call brings, or else, if that is switched
 * on, the common name of the client's certificate.
 */
public final class Identities {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** Set by etcd's JSON gateway, whose certificate is not the client's. */
  private static final Metadata.Key<String> GATEWAY =
      Metadata.Key.of("grpcgateway-accept", Metadata.ASCII_STRING_MARSHALLER);

  private static final String BEARER = "Bearer ";
  private static final String COMMON_NAME = "dev.keelson.common-name";

  private final Tokens tokens;
  private final boolean certificateNames;

  /**
   * Creates the resolver.
   *
   * @param certificateNames whether verified certificates name users
   */
  public Identities(Tokens tokens, boolean certificateNames) {
    this.tokens = tokens;
    this.certificateNames = certificateNames;
  }

  /**
   * The caller; {@link Caller#NOBODY} if the call says nothing about it.
   *
   * @param revision the current revision of the authentication store
   * @throws KvException if there is a token and it is not valid
   */
  public Caller resolve(ServerCall<?, ?> call, Metadata headers, long revision) throws KvException {
    String token = token(headers);
    if (token != null) {
      Caller caller = tokens.resolve(token, revision);
      if (caller == null) {
        throw new KvException(KvError.INVALID_AUTH_TOKEN);
      }
      return caller;
    }
    String name = certificateNames && headers.get(GATEWAY) == null ? commonName(call) : "";
    return name.isEmpty() ? Caller.NOBODY : new Caller(name, revision);
  }

  /** Whether a token that is not valid now may become known once this member has caught up. */
  public boolean mayArrive(Metadata headers) {
    String token = token(headers);
    return token != null && tokens.mayArrive(token);
  }

  private static @Nullable String token(Metadata headers) {
    String token = headers.get(TOKEN);
    if (token != null) {
      return token;
    }
    String authorization = headers.get(AUTHORIZATION);
    return authorization != null && authorization.startsWith(BEARER)
        ? authorization.substring(BEARER.length())
        : authorization;
  }

  /** Read once per connection. */
  private static String commonName(ServerCall<?, ?> call) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return "";
    }
    if (session.getValue(COMMON_NAME) instanceof String known) {
      return known;
    }
    String name = commonName(session);
    session.putValue(COMMON_NAME, name);
    return name;
  }

  /** The common name of the certificate that the other side showed; empty if it has none. */
  public static String commonName(SSLSession session) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate certificate
          ? commonName(certificate)
          : "";
    } catch (SSLPeerUnverifiedException e) {
      return "";
    }
  }

  /** The last common name of the subject, as Go counts them; empty if it has none. */
  public static String commonName(X509Certificate certificate) {
    String name = "";
    try {
      // the first in the certificate comes first here, though it is printed last
      for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        Attribute attribute = part.toAttributes().get("CN");
        if (attribute != null && attribute.get() instanceof String text) {
          name = text;
        }
      }
    } catch (InvalidNameException e) {
      return "";
    } catch (NamingException e) {
      throw new IllegalStateException("a name in memory cannot be read", e);
    }
    return name;
  }
}
