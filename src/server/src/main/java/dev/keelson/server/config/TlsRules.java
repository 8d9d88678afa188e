package dev.keelson.server.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rules between the options of TLS, in the words of etcd. */
final class TlsRules {

  private static final String TLS13 = "TLS1.3";

  private TlsRules() {}

  static void check(Configuration configuration) {
    checkVersions(configuration);
    checkPair(configuration, SecurityOptions.CERT_FILE, SecurityOptions.KEY_FILE);
    checkPair(configuration, SecurityOptions.PEER_CERT_FILE, SecurityOptions.PEER_KEY_FILE);
    checkPair(
        configuration, SecurityOptions.PEER_CLIENT_CERT_FILE, SecurityOptions.PEER_CLIENT_KEY_FILE);
    checkClientUrls(configuration);
    checkPeerUrls(configuration);
    List<String> names = configuration.get(SecurityOptions.PEER_CERT_ALLOWED_CN);
    List<String> hosts = configuration.get(SecurityOptions.PEER_CERT_ALLOWED_HOSTNAME);
    if (!names.isEmpty() && !hosts.isEmpty()) {
      throw refuse(
          "AllowedCNs and AllowedHostnames are mutually exclusive (cns=%s, hostnames=%s)"
              .formatted(names, hosts));
    }
  }

  private static void checkVersions(Configuration configuration) {
    String lowest = configuration.get(SecurityOptions.TLS_MIN_VERSION);
    String highest = configuration.get(SecurityOptions.TLS_MAX_VERSION);
    if (!highest.isEmpty() && lowest.compareTo(highest) > 0) {
      throw refuse("min version (%s) is greater than max version (%s)".formatted(lowest, highest));
    }
    if (lowest.equals(TLS13) && !configuration.get(SecurityOptions.CIPHER_SUITES).isEmpty()) {
      throw refuse("cipher suites cannot be configured when only TLS1.3 is enabled");
    }
  }

  private static void checkPair(
      Configuration configuration, Option<String> certificate, Option<String> key) {
    String certificateFile = configuration.get(certificate);
    String keyFile = configuration.get(key);
    if (certificateFile.isEmpty() != keyFile.isEmpty()) {
      throw refuse(
          "KeyFile and CertFile must both be present[key: %s, cert: %s]"
              .formatted(keyFile, certificateFile));
    }
  }

  private static void checkClientUrls(Configuration configuration) {
    if (!configuration.get(SecurityOptions.CERT_FILE).isEmpty()
        || configuration.get(SecurityOptions.AUTO_TLS)) {
      return;
    }
    List<Url> urls = new ArrayList<>(configuration.get(ServingOptions.LISTEN_CLIENT_URLS));
    urls.addAll(configuration.get(ServingOptions.LISTEN_CLIENT_HTTP_URLS));
    firstSecure(urls)
        .ifPresent(
            url -> {
              throw refuse(
                  "TLS key/cert (--cert-file, --key-file) must be provided for client url %s with"
                          .formatted(url)
                      + " HTTPS scheme");
            });
    firstSecure(configuration.get(ServingOptions.LISTEN_METRICS_URLS))
        .ifPresent(
            url -> {
              throw refuse(
                  "client TLS key/cert (--cert-file, --key-file) must be provided for metrics"
                      + " secure url "
                      + url);
            });
  }

  private static void checkPeerUrls(Configuration configuration) {
    if (!configuration.get(SecurityOptions.PEER_CERT_FILE).isEmpty()
        || configuration.get(SecurityOptions.PEER_AUTO_TLS)) {
      return;
    }
    firstSecure(configuration.get(ServingOptions.LISTEN_PEER_URLS))
        .ifPresent(
            url -> {
              throw refuse(
                  "cannot listen on TLS for %s: KeyFile and CertFile are not presented"
                      .formatted(url.address()));
            });
  }

  /** What is configured for encrypted ports and does nothing on a port that is not encrypted. */
  static List<Configuration.Notice> notices(Configuration configuration) {
    List<Configuration.Notice> notices = new ArrayList<>();
    if (configuration.get(SecurityOptions.CLIENT_CERT_AUTH)
        && configuration.get(SecurityOptions.TRUSTED_CA_FILE).isEmpty()) {
      notices.add(
          new Configuration.Notice(
              "client-cert-auth without trusted-ca-file accepts whatever the authorities of this"
                  + " system signed",
              Map.of()));
    }
    note(
        notices,
        "client-url",
        configuration.get(ServingOptions.LISTEN_CLIENT_URLS),
        !configuration.get(SecurityOptions.CERT_FILE).isEmpty(),
        configuration.get(SecurityOptions.CLIENT_CERT_AUTH) ? "--client-cert-auth" : "");
    note(
        notices,
        "peer-url",
        configuration.get(ServingOptions.LISTEN_PEER_URLS),
        !configuration.get(SecurityOptions.PEER_CERT_FILE).isEmpty(),
        configuration.get(SecurityOptions.PEER_CLIENT_CERT_AUTH) ? "--peer-client-cert-auth" : "");
    return notices;
  }

  private static void note(
      List<Configuration.Notice> notices,
      String field,
      List<Url> urls,
      boolean hasFiles,
      String flag) {
    for (Url url : urls) {
      if (url.isSecure()) {
        continue;
      }
      Map<String, Object> fields = Map.of(field, url.toString());
      if (hasFiles) {
        notices.add(
            new Configuration.Notice(
                "scheme is http or unix while key and cert files are present; ignoring key and"
                    + " cert files",
                fields));
      }
      if (!flag.isEmpty()) {
        notices.add(
            new Configuration.Notice(
                "scheme is http or unix while "
                    + flag
                    + " is enabled; ignoring client cert auth for this URL",
                fields));
      }
    }
  }

  private static Optional<Url> firstSecure(List<Url> urls) {
    return urls.stream().filter(Url::isSecure).findFirst();
  }

  private static ConfigurationException refuse(String message) {
    return ConfigurationException.usage(message);
  }
}
