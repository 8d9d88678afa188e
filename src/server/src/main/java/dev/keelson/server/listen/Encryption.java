package dev.keelson.server.listen;

import dev.keelson.server.config.Url;
import java.util.List;

/** Whether the connections of an address are encrypted. */
enum Encryption {
  /** All its URLs are http or unix. */
  NONE,
  /** All its URLs are https or unixs. */
  TLS,
  /** The address is listed with both: each connection decides by its first byte. */
  EITHER;

  static Encryption of(List<Url> urls) {
    boolean secure = urls.stream().anyMatch(Url::isSecure);
    boolean plain = urls.stream().anyMatch(url -> !url.isSecure());
    return secure && plain ? EITHER : secure ? TLS : NONE;
  }
}
