package dev.keelson.server.command.archive;

import java.io.IOException;
import java.io.Serial;

/** An archive is damaged, cut off, of a newer version, or encrypted with another key. */
public final class ArchiveException extends IOException {
  @Serial private static final long serialVersionUID = 1;

  ArchiveException(String message) {
    super(message);
  }

  ArchiveException(String message, Throwable cause) {
    super(message, cause);
  }
}
