package dev.keelson.server.config;

/** The text of {@code --help}, derived from the table of options. */
public final class Help {

  private static final int TEXT_COLUMN = 8;

  private Help() {}

  /** The whole help text. */
  public static String text() {
    StringBuilder out =
        new StringBuilder(
            """
            Usage:

              keelson [flags]
                Start a member. Flags, ETCD_* environment and the config file are etcd's.

              keelson snapshot save|status|verify|restore --help
              keelson backup create|list|verify|prune|delete|restore --help
                Work on snapshot files and backups, and end.
            """);
    Options.SECTIONS.forEach(
        (title, options) -> {
          out.append('\n').append(title).append(":\n");
          options.forEach(option -> append(out, option));
        });
    return out.toString();
  }

  private static void append(StringBuilder out, Option<?> option) {
    out.append("  --").append(option.name());
    if (!option.type().isBoolean()) {
      out.append(" '").append(option.defaultText()).append('\'');
      out.append(" (").append(option.type().placeholder()).append(')');
    } else if (option.defaultText().equals("true")) {
      out.append(" 'true'");
    }
    out.append('\n').append(" ".repeat(TEXT_COLUMN)).append(option.help());
    switch (option.support()) {
      case WORKS -> {}
      case IGNORED -> note(out, "No effect: ", option.supportNote());
    }
    out.append('\n');
  }

  private static void note(StringBuilder out, String label, String text) {
    out.append('\n').append(" ".repeat(TEXT_COLUMN)).append(label).append(text).append('.');
  }
}
