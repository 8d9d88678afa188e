package dev.keelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

  @Test
  void everyOptionIsWhole() {
    Set<String> names = new HashSet<>();
    int listed = 0;
    for (Option<?> option : Options.all()) {
      listed++;
      assertThat(names.add(option.name())).as(option.name()).isTrue();
      assertThat(option.defaultValue()).as(option.name()).isNotNull();
      assertThat(option.help()).as(option.name()).endsWith(".");
      assertThat(option.supportNote().isEmpty())
          .as(option.name())
          .isEqualTo(option.support() == Option.Support.WORKS);
    }
    assertThat(listed)
        .as("names are unique across sections")
        .isEqualTo(Options.SECTIONS.values().stream().mapToInt(List::size).sum());
  }

  @Test
  void helpNamesEveryOption() {
    String help = Help.text();
    Options.all()
        .forEach(option -> assertThat(help).containsPattern("(?m)^  --" + option.name() + "( |$)"));
  }

  @ParameterizedTest
  @CsvSource({"'',abc,3", "kitten,sitting,3", "nmae,name,1", "abc,abc,0", "ca,abc,3"})
  void distanceCountsEdits(String a, String b, int edits) {
    assertThat(EditDistance.between(a, b)).isEqualTo(edits);
    assertThat(EditDistance.between(b, a)).isEqualTo(edits);
  }

  @ParameterizedTest
  @CsvSource({
    "2h,7200000,2h0m0s",
    "1h30m,5400000,1h30m0s",
    "100ms,100,100ms",
    "1.5s,1500,1.5s",
    "0,0,0s",
    "-2s,-2000,-2s",
    "90s,90000,1m30s",
    ".5s,500,500ms",
    "1.s,1000,1s",
    "1.5h30m,7200000,2h0m0s",
    "-1.25s,-1250,-1.25s",
    "0.1000000000000000000000000000000001s,100,100ms",
    "1000000h,3600000000000,1000000h0m0s"
  })
  void durationsAreGos(String text, long millis, String shown) {
    assertThat(GoDuration.parse(text)).isEqualTo(Duration.ofMillis(millis));
    assertThat(GoDuration.format(GoDuration.parse(text))).isEqualTo(shown);
  }

  @Test
  void shortDurationsAreShownInTheirUnit() {
    assertThat(GoDuration.format(Duration.ofNanos(1))).isEqualTo("1ns");
    assertThat(GoDuration.format(Duration.ofNanos(1500))).isEqualTo("1.5µs");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10000000h", "9223372036855ms", "99999999999999999999ns"})
  void durationsBeyond63BitsAreRefused(String text) {
    assertThatThrownBy(() -> GoDuration.parse(text)).isInstanceOf(ArithmeticException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "s", "5x", "1..5s", "- 1s", ".s", "1.2.3s"})
  void otherTextsAreNoDurations(String text) {
    assertThatThrownBy(() -> GoDuration.parse(text)).isInstanceOf(NumberFormatException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ftp://1.2.3.4:1|URL scheme must be http, https, unix, or unixs: ftp://1.2.3.4:1",
        "1.2.3.4:80|parse \"1.2.3.4:80\": Illegal character in scheme name",
        "http://1.2.3.4|URL address does not have the form \"host:port\": http://1.2.3.4",
        "http://1.2.3.4:1/x|URL must not contain a path: http://1.2.3.4:1/x",
        "http://1.2.3.4:70000|URL address does not have the form \"host:port\":"
            + " http://1.2.3.4:70000"
      })
  void badUrlsAreRefused(String text, String message) {
    assertThatThrownBy(() -> Url.parse(text)).hasMessage(message);
  }

  @Test
  void urlsKeepTheirParts() {
    assertThat(Url.parse("http://[::1]:23")).isEqualTo(new Url("http", "::1", 23));
    assertThat(Url.parse("http://[::1]:23")).hasToString("http://[::1]:23");
    assertThat(Url.parse("http://:23").host()).isEmpty();
    assertThat(Url.parse("unix:///tmp/s.sock").isUnix()).isTrue();
  }

  @Test
  void gatesAreKnownByName() {
    assertThatThrownBy(() -> FeatureGates.parse("Nope=true"))
        .hasMessage("unrecognized feature gate: Nope");
    assertThatThrownBy(() -> FeatureGates.parse("LeaseCheckpoint"))
        .hasMessage("missing bool value for feature gate LeaseCheckpoint");
    FeatureGates gates = FeatureGates.parse("AllAlpha=true,LeaseCheckpoint=false");
    assertThat(gates.isEnabled(FeatureGates.Gate.LeaseCheckpoint)).isFalse();
    assertThat(gates.isEnabled(FeatureGates.Gate.PriorityRequest)).isTrue();
    assertThat(gates.isEnabled(FeatureGates.Gate.FastLeaseKeepAlive)).isTrue();
  }
}
