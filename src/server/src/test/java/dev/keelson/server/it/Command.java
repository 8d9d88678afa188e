package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A command-line program running against the server, with its output as it comes. */
final class Command implements AutoCloseable {
  /** etcdctl's performance check alone takes a minute. */
  private static final long TIMEOUT_SECONDS = 120;

  private final List<String> words;
  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final List<String> seen = new ArrayList<>();
  private final Thread reader;

  private Command(List<String> words, Process process) {
    this.words = words;
    this.process = process;
    this.reader = Thread.ofVirtual().start(this::read);
  }

  static Command start(List<String> words, Map<String, String> environment) {
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().putAll(environment);
    try {
      return new Command(List.copyOf(words), builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + words, e);
    }
  }

  /** Sends text to the program and ends its input. */
  Command input(String text) {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + words, e);
    }
    return this;
  }

  /** Waits for a line that contains a text. */
  String awaitLine(String part) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    while (true) {
      String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      assertThat(line).as("line with '%s' of %s after %s", part, words, seen).isNotNull();
      seen.add(line);
      if (line.contains(part)) {
        return line;
      }
    }
  }

  /** Waits for the end; fails unless the program ends with this exit code. */
  String end(int exitCode) throws InterruptedException {
    String output = end();
    assertThat(process.exitValue()).as("exit code of %s: %s", words, output).isEqualTo(exitCode);
    return output;
  }

  /** Waits for the end; fails if the program ends as if all were well. */
  String endBadly() throws InterruptedException {
    String output = end();
    assertThat(process.exitValue()).as("exit code of %s: %s", words, output).isNotZero();
    return output;
  }

  private String end() throws InterruptedException {
    boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    reader.join();
    lines.drainTo(seen);
    String output = String.join("\n", seen);
    assertThat(ended).as("%s ends; so far: %s", words, output).isTrue();
    return output;
  }

  /** Interrupts the program as Ctrl-C does. */
  void terminate() {
    process.destroy();
  }

  /** Ends the program at once, as the system does when memory runs out. */
  void kill() throws InterruptedException {
    var _ = process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private void read() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("output ended: " + e.getMessage());
    }
  }
}
