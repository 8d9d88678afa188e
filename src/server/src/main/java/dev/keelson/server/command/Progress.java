package dev.keelson.server.command;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Tells on stderr how far a long step is: in place on a terminal, else a line for every tenth of a
 * step that is not done at once. Not thread-safe.
 */
public final class Progress {
  private static final int PERCENT = 100;
  private static final int LINE_PERCENT = 10;

  /** Below this a step is over before anybody has read of it. */
  private static final long QUIET_BYTES = 256L << 20;

  private final PrintStream out;
  private final boolean terminal;
  private String step = "";
  private long shown = -1;

  private Progress(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Progress for whoever started the process. */
  @SuppressWarnings("SystemConsoleNull") // from JDK 25 on it is null again without a terminal
  public static Progress onStderr() {
    Console console = System.console();
    return new Progress(System.err, console != null && console.isTerminal());
  }

  /**
   * Shows how much of a step is done.
   *
   * @param name what is being done; another name begins another step
   */
  public void update(String name, long done, long total) {
    if (!name.equals(step)) {
      end();
      step = name;
    }
    long percent = total <= 0 ? PERCENT : Math.min(PERCENT, done * PERCENT / total);
    if (terminal && percent != shown) {
      out.printf(Locale.ROOT, "\r%s: %d %%", name, percent);
      shown = percent;
    } else if (!terminal && total >= QUIET_BYTES && percent / LINE_PERCENT > shown / LINE_PERCENT) {
      out.printf(Locale.ROOT, "%s: %d %%%n", name, percent);
      shown = percent;
    }
  }

  /** Says something in a line of its own. */
  public void say(String line) {
    end();
    out.println(line);
  }

  private void end() {
    if (terminal && shown >= 0) {
      out.println();
    }
    step = "";
    shown = -1;
  }
}
