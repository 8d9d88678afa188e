package dev.keelson.server.bootstrap;

import java.io.Serial;

/** The discovery service says that this member cannot be a founder; not to be tried again. */
final class DiscoveryException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  DiscoveryException(String message) {
    super(message);
  }

  DiscoveryException(String message, Throwable cause) {
    super(message, cause);
  }
}
