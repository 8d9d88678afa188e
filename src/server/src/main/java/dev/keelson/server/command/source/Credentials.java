package dev.keelson.server.command.source;

/**
 * Who asks.
 *
 * @param user has the role {@code root}
 * @param password never shown
 */
record Credentials(String user, String password) {
  @Override
  public String toString() {
    return user;
  }
}
