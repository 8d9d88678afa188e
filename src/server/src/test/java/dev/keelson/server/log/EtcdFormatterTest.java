package dev.keelson.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.LogContext;
import org.junit.jupiter.api.Test;

class EtcdFormatterTest {

  private static final Instant TIME = Instant.parse("2026-01-02T15:04:05.000001Z");

  private static ExtLogRecord sample(Map<String, Object> fields) {
    FieldsRecord logRecord =
        new FieldsRecord(Level.INFO, "hello {0} %s {}", fields, EtcdFormatterTest.class.getName());
    logRecord.setInstant(TIME);
    logRecord.setLoggerName("dev.keelson.server.log.Sample");
    logRecord.setSourceClassName("dev.keelson.server.log.Sample");
    logRecord.setSourceFileName("Sample.java");
    logRecord.setSourceLineNumber(42);
    return logRecord;
  }

  private static String json(ExtLogRecord logRecord) {
    return new EtcdFormatter(true, ZoneOffset.UTC).format(logRecord);
  }

  @Test
  void jsonLineHasEtcdsKeysThenFields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("count", 3L);
    fields.put("on", true);
    fields.put("urls", List.of("a", "b"));
    fields.put("map", Map.of("k", 1));
    fields.put("ratio", Double.NaN);
    fields.put("none", null);
    assertThat(json(sample(fields)))
        .isEqualTo(
            "{\"level\":\"info\",\"ts\":\"2026-01-02T15:04:05.000001Z\","
                + "\"caller\":\"log/Sample.java:42\",\"msg\":\"hello {0} %s {}\","
                + "\"count\":3,\"on\":true,\"urls\":[\"a\",\"b\"],\"map\":{\"k\":1},"
                + "\"ratio\":\"NaN\",\"none\":null}\n");
  }

  @Test
  void specialCharactersAreEscaped() {
    assertThat(json(sample(Map.of("x", "a\"b\\c\nd\te\u0001\u2028é"))))
        .endsWith("\"x\":\"a\\\"b\\\\c\\nd\\te\\u0001\\u2028é\"}\n")
        .hasLineCount(1);
  }

  @Test
  void zoneIsWrittenAsDigits() {
    assertThat(new EtcdFormatter(true, ZoneId.of("Asia/Kolkata")).format(sample(Map.of())))
        .contains("\"ts\":\"2026-01-02T20:34:05.000001+0530\"");
  }

  @Test
  void consoleLineIsPartedByTabs() {
    assertThat(new EtcdFormatter(false, ZoneOffset.UTC).format(sample(Map.of("k", "v"))))
        .isEqualTo(
            "2026-01-02T15:04:05.000001Z\tinfo\tlog/Sample.java:42\thello {0} %s {}\t"
                + "{\"k\":\"v\"}\n");
  }

  @Test
  void throwableBecomesFields() {
    ExtLogRecord logRecord = sample(Map.of());
    logRecord.setThrown(new IllegalStateException("broken"));
    assertThat(json(logRecord))
        .contains("\"error\":\"java.lang.IllegalStateException: broken\"")
        .contains("\"stacktrace\":\"java.lang.IllegalStateException: broken\\n\\tat ")
        .hasLineCount(1);
  }

  @Test
  void slf4jPairsBecomeFieldsAndTheCallerIsTheCaller() {
    List<String> seen = new ArrayList<>();
    org.jboss.logmanager.Logger target = LogContext.create().getLogger("some.Name");
    target.setLevel(Level.INFO);
    target.addHandler(
        new ExtHandler() {
          @Override
          protected void doPublish(ExtLogRecord logRecord) {
            seen.add(json(logRecord)); // while the caller is on the stack
          }
        });
    StructuredLogger logger = new StructuredLogger(target);
    logger.atInfo().addKeyValue("address", "127.0.0.1:1").log("serving {}", "clients");
    logger.warn("slow {} {}", 1, 2);
    logger.atDebug().addKeyValue("never", 1).log("hidden");
    assertThat(seen).hasSize(2);
    assertThat(seen.get(0))
        .containsPattern("\"caller\":\"log/EtcdFormatterTest.java:\\d+\"")
        .endsWith("\"msg\":\"serving clients\",\"address\":\"127.0.0.1:1\"}\n");
    assertThat(seen.get(1))
        .contains("\"level\":\"warn\"")
        .containsPattern("\"caller\":\"log/EtcdFormatterTest.java:\\d+\"")
        .endsWith("\"msg\":\"slow 1 2\"}\n");
  }
}
