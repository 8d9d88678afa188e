package dev.keelson.node.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrometheusTextTest {

  @Test
  void nameTypeAndHelpComeBeforeTheValues() {
    PrometheusText out = new PrometheusText();
    out.counter("health_success", "Good answers.").value(3);
    out.gauge("proposals_total", "Newest.").value(2.5, "to", "a\"b\\c\nd", "from", "x");
    assertThat(out)
        .hasToString(
            """
            # HELP health_success Good answers.
            # TYPE health_success counter
            health_success 3
            # HELP proposals_total Newest.
            # TYPE proposals_total gauge
            proposals_total{to="a\\"b\\\\c\\nd",from="x"} 2.5
            """);
  }

  @Test
  void bucketsCountWhatIsNotAboveThem() {
    Histogram histogram = Histogram.exponential(1, 2, 3);
    histogram.record(0.5);
    histogram.record(1);
    histogram.record(3);
    histogram.record(100);
    PrometheusText out = new PrometheusText();
    out.histogram("h", "H.").histogram(histogram, "To", "7");
    assertThat(out)
        .hasToString(
            """
            # HELP h H.
            # TYPE h histogram
            h_bucket{To="7",le="1"} 2
            h_bucket{To="7",le="2"} 2
            h_bucket{To="7",le="4"} 3
            h_bucket{To="7",le="+Inf"} 4
            h_sum{To="7"} 104.5
            h_count{To="7"} 4
            """);
  }

  /** As Go's client prints them; the bounds of buckets are label values, which must be equal. */
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "-1, -1",
    "0.0001, 0.0001",
    "0.00001, 1e-05",
    "524288, 524288",
    "1048576, 1.048576e+06",
    "2147483648, 2.147483648e+09",
    "8.192, 8.192",
    "0.0256, 0.0256",
    "1000000, 1e+06"
  })
  void numbersLookAsGoPrintsThem(double value, String text) {
    assertThat(PrometheusText.number(value)).isEqualTo(text);
  }
}
