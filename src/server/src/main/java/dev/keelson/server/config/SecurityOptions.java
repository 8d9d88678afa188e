package dev.keelson.server.config;

import static dev.keelson.server.config.Option.ignored;
import static dev.keelson.server.config.Option.works;
import static dev.keelson.server.config.OptionType.INT;
import static dev.keelson.server.config.OptionType.LIST;
import static dev.keelson.server.config.OptionType.SWITCH;
import static dev.keelson.server.config.OptionType.TEXT;
import static dev.keelson.server.config.OptionType.oneOf;

import java.util.List;

/** Options of TLS and authentication. */
public final class SecurityOptions {

  private static final String NO_CLIENT = "the JSON gateway does not connect to its own port";

  public static final Option<String> CERT_FILE =
      file("cert-file", "Certificate of the client listeners.");
  public static final Option<String> KEY_FILE = file("key-file", "Key of the client listeners.");
  public static final Option<Boolean> CLIENT_CERT_AUTH =
      works("client-cert-auth", SWITCH, "false", "Require certificates of clients.");
  public static final Option<String> TRUSTED_CA_FILE =
      file("trusted-ca-file", "Authority for certificates of clients.");
  public static final Option<String> CLIENT_CERT_FILE =
      ignored("client-cert-file", TEXT, "", "Certificate used when acting as a client.", NO_CLIENT);
  public static final Option<String> CLIENT_KEY_FILE =
      ignored("client-key-file", TEXT, "", "Key used when acting as a client.", NO_CLIENT);
  public static final Option<String> CLIENT_CRL_FILE =
      file("client-crl-file", "Revoked certificates of clients.");
  public static final Option<List<String>> CLIENT_CERT_ALLOWED_HOSTNAME =
      works(
          "client-cert-allowed-hostname",
          LIST,
          "",
          "Host names allowed in certificates of clients.");
  public static final Option<Boolean> AUTO_TLS =
      works("auto-tls", SWITCH, "false", "Generate the client listeners' certificate.");
  public static final Option<String> PEER_CERT_FILE =
      file("peer-cert-file", "Certificate of the peer listeners.");
  public static final Option<String> PEER_KEY_FILE =
      file("peer-key-file", "Key of the peer listeners.");
  public static final Option<Boolean> PEER_CLIENT_CERT_AUTH =
      works("peer-client-cert-auth", SWITCH, "false", "Require certificates of peers.");
  public static final Option<String> PEER_TRUSTED_CA_FILE =
      file("peer-trusted-ca-file", "Authority for certificates of peers.");
  public static final Option<String> PEER_CLIENT_CERT_FILE =
      file("peer-client-cert-file", "Certificate for connections to peers.");
  public static final Option<String> PEER_CLIENT_KEY_FILE =
      file("peer-client-key-file", "Key for connections to peers.");
  public static final Option<Boolean> PEER_AUTO_TLS =
      works("peer-auto-tls", SWITCH, "false", "Generate the peer listeners' certificate.");
  public static final Option<String> PEER_CRL_FILE =
      file("peer-crl-file", "Revoked certificates of peers.");
  public static final Option<List<String>> PEER_CERT_ALLOWED_CN =
      works("peer-cert-allowed-cn", LIST, "", "Common names allowed in certificates of peers.");
  public static final Option<List<String>> PEER_CERT_ALLOWED_HOSTNAME =
      works("peer-cert-allowed-hostname", LIST, "", "Host names allowed in certificates of peers.");
  public static final Option<Boolean> PEER_SKIP_CLIENT_SAN_VERIFICATION =
      works(
          "peer-skip-client-san-verification",
          SWITCH,
          "false",
          "Do not compare a peer's certificate with its address.");
  public static final Option<Integer> SELF_SIGNED_CERT_VALIDITY =
      works("self-signed-cert-validity", INT, "1", "Years a generated certificate is valid.");
  public static final Option<List<String>> CIPHER_SUITES =
      works("cipher-suites", LIST, "", "TLS suites, under Go's names.");
  public static final Option<String> TLS_MIN_VERSION =
      works("tls-min-version", oneOf("TLS1.2", "TLS1.3"), "TLS1.2", "Lowest TLS version.");
  public static final Option<String> TLS_MAX_VERSION =
      works("tls-max-version", oneOf("", "TLS1.2", "TLS1.3"), "", "Highest TLS version.");
  public static final Option<String> AUTH_TOKEN =
      works("auth-token", TEXT, "simple", "Kind of authentication token and its options.");
  public static final Option<Integer> AUTH_TOKEN_TTL =
      works("auth-token-ttl", INT, "300", "Lifetime of a simple token, in seconds.");
  public static final Option<Integer> BCRYPT_COST =
      works("bcrypt-cost", INT, "10", "Cost of a password hash, 4 to 31.");

  static final List<Option<?>> ALL =
      List.of(
          CERT_FILE,
          KEY_FILE,
          CLIENT_CERT_AUTH,
          TRUSTED_CA_FILE,
          CLIENT_CERT_FILE,
          CLIENT_KEY_FILE,
          CLIENT_CRL_FILE,
          CLIENT_CERT_ALLOWED_HOSTNAME,
          AUTO_TLS,
          PEER_CERT_FILE,
          PEER_KEY_FILE,
          PEER_CLIENT_CERT_AUTH,
          PEER_TRUSTED_CA_FILE,
          PEER_CLIENT_CERT_FILE,
          PEER_CLIENT_KEY_FILE,
          PEER_AUTO_TLS,
          PEER_CRL_FILE,
          PEER_CERT_ALLOWED_CN,
          PEER_CERT_ALLOWED_HOSTNAME,
          PEER_SKIP_CLIENT_SAN_VERIFICATION,
          SELF_SIGNED_CERT_VALIDITY,
          CIPHER_SUITES,
          TLS_MIN_VERSION,
          TLS_MAX_VERSION,
          AUTH_TOKEN,
          AUTH_TOKEN_TTL,
          BCRYPT_COST);

  private SecurityOptions() {}

  private static Option<String> file(String name, String help) {
    return works(name, TEXT, "", help);
  }
}
