package dev.keelson.server.command.source;

import dev.keelson.server.client.Credentials;
import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The flags that say who asks. They are etcdctl's: a password given by itself leaves a colon in the
 * user's name alone, and without one on the command line it is asked for. A file for the password
 * comes on top, since who looks at the list of processes sees what is on a command line.
 */
public final class UserFlags {
  private static final String PASSWORD_VARIABLE = "ETCDCTL_PASSWORD";

  @Option(
      names = "--user",
      paramLabel = "NAME[:PASSWORD]",
      defaultValue = "${env:ETCDCTL_USER}",
      description = "User with the role root, if authentication is on (or ETCDCTL_USER).")
  private @Nullable String user;

  @Option(
      names = "--password",
      paramLabel = "PASSWORD",
      description = "Password of the user, who is then a name alone (or ETCDCTL_PASSWORD).")
  private @Nullable String password;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "File with the password of the user, who is then a name alone.")
  private @Nullable Path passwordFile;

  /**
   * Who asks; null for nobody.
   *
   * @throws CommandException if a password is missing, or cannot be read
   */
  public @Nullable Credentials credentials() {
    return credentials(System::getenv, UserFlags::prompt);
  }

  /**
   * The same.
   *
   * @param environment values of variables; null for those that are not set
   * @param prompt asks the person at the keyboard; null if there is none
   */
  @Nullable Credentials credentials(
      Function<String, @Nullable String> environment, Supplier<@Nullable String> prompt) {
    if (user == null || user.isEmpty()) {
      return null;
    }
    if (password != null && passwordFile != null) {
      throw CommandException.usage("--password and --password-file exclude each other");
    }
    if (passwordFile != null) {
      return new Credentials(user, read(passwordFile));
    }
    String alone = password == null ? environment.apply(PASSWORD_VARIABLE) : password;
    if (alone != null && !alone.isEmpty()) {
      return new Credentials(user, alone);
    }
    int colon = user.indexOf(':');
    if (colon >= 0) {
      return new Credentials(user.substring(0, colon), user.substring(colon + 1));
    }
    String typed = prompt.get();
    if (typed == null) {
      throw CommandException.usage(
          "--user needs a password: --password-file, --password or NAME:PASSWORD");
    }
    return new Credentials(user, typed);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.REFUSED, "cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  @SuppressWarnings("SystemConsoleNull") // it is null still when the platform is told to be plain
  private static @Nullable String prompt() {
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      return null;
    }
    char[] typed = console.readPassword("Password: ");
    return typed == null ? null : String.valueOf(typed);
  }
}
