package dev.keelson.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Whatever skips a test, wherever: it is named, with the reason. */
final class SkippedSummaryTest {
  private static String summary(Class<?> tests) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    LauncherConfig config =
        LauncherConfig.builder()
            .enableTestExecutionListenerAutoRegistration(false)
            .addTestExecutionListeners(
                new SkippedSummary(new PrintStream(output, true, StandardCharsets.UTF_8)))
            .build();
    LauncherFactory.create(config)
        .execute(LauncherDiscoveryRequestBuilder.request().selectors(selectClass(tests)).build());
    return output.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aClassSkippedBeforeItsTests() {
    assertThat(summary(BeforeAllSkips.class))
        .contains("Skipped: ", "BeforeAllSkips: ", "no tool for all");
  }

  @Test
  void aClassSkippedInItsConstructor() {
    assertThat(summary(ConstructorSkips.class))
        .contains("Skipped: ", "ConstructorSkips: ", "no tool to construct with");
  }

  @Test
  void aClassSkippedBeforeItsConstructor() {
    assertThat(summary(ExtensionSkips.class))
        .contains("Skipped: ", "ExtensionSkips: ", "no tool of the extension");
  }

  @Test
  void aTestSkippedInTheMiddleAndOneThatIsOff() {
    assertThat(summary(MethodsSkip.class))
        .contains("no tool for one", "is off")
        .doesNotContain("runs");
  }

  @Test
  void nothingIsSaidOfTestsThatRan() {
    assertThat(summary(Runs.class)).isEmpty();
  }

  static final class BeforeAllSkips {
    @BeforeAll
    static void need() {
      assumeTrue(false, "no tool for all");
    }

    @Test
    void test() {}
  }

  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  static final class ConstructorSkips {
    ConstructorSkips() {
      assumeTrue(false, "no tool to construct with");
    }

    @Test
    void test() {}
  }

  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  @ExtendWith(Needs.class)
  static final class ExtensionSkips {
    @Test
    void test() {}
  }

  static final class Needs implements TestInstancePreConstructCallback {
    @Override
    public void preConstructTestInstance(
        TestInstanceFactoryContext factory, ExtensionContext context) {
      assumeTrue(false, "no tool of the extension");
    }
  }

  static final class MethodsSkip {
    @Test
    void one() {
      assumeTrue(false, "no tool for one");
    }

    @Disabled("is off")
    @Test
    void other() {}

    @Test
    void runs() {}
  }

  static final class Runs {
    @Test
    void runs() {}
  }
}
