package dev.keelson.node.peer;

import java.io.IOException;
import java.io.Serial;

/** Bytes of another member that no correct member sends. */
public final class MalformedMessageException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  MalformedMessageException(String message) {
    super(message);
  }
}
