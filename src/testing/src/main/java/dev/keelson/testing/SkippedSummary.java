package dev.keelson.testing;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Prints what was skipped and why after the last test, so that a missing tool is not overlooked.
 */
public final class SkippedSummary implements TestExecutionListener {
  private final List<String> skipped = new CopyOnWriteArrayList<>();
  private final PrintStream output;

  /** For the service loader. */
  public SkippedSummary() {
    this(System.out);
  }

  SkippedSummary(PrintStream output) {
    this.output = output;
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    skipped.add(test.getLegacyReportingName() + ": " + reason);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
      String reason = result.getThrowable().map(Throwable::getMessage).orElse("no reason given");
      skipped.add(test.getLegacyReportingName() + ": " + reason);
    }
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    skipped.forEach(line -> output.println("Skipped: " + line));
  }
}
