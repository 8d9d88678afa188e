package dev.keelson.server.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.server.MemberLifecycle;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.net.InetSocketAddress;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The change of the log level over HTTP. */
@QuarkusTest
class LogLevelTest {
  private static final Logger OURS = LogContext.getLogContext().getLogger("dev.keelson");
  private static final Logger OTHERS = LogContext.getLogContext().getLogger("");

  @Inject MemberLifecycle lifecycle;

  @BeforeEach
  void start() {
    if (lifecycle.clientAddresses().isEmpty()) {
      lifecycle.start();
    }
  }

  @AfterEach
  void asBefore() {
    put("{\"Level\":\"info\"}");
  }

  private RequestSpecification request() {
    InetSocketAddress address = (InetSocketAddress) lifecycle.clientAddresses().getFirst();
    return given().baseUri("http://127.0.0.1").port(address.getPort());
  }

  private Response put(String body) {
    return request().body(body).put("/config/local/log");
  }

  @Test
  void debugIsOursAlone() {
    assertThat(put("{\"Level\":\"DEBUG\"}").statusCode()).isEqualTo(204);
    assertThat(OURS.getLevel()).isEqualTo(Level.DEBUG);
    assertThat(OTHERS.getLevel()).isEqualTo(Level.INFO);
    assertThat(put("{\"Level\":\"error\"}").statusCode()).isEqualTo(204);
    assertThat(OURS.getLevel()).isEqualTo(Level.ERROR);
    assertThat(OTHERS.getLevel()).isEqualTo(Level.ERROR);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "debug", "{}", "{\"Level\":5}", "{\"Level\":\"loud\"}", "[1]"})
  void whatNamesNoLevelChangesNothing(String body) {
    put("{\"Level\":\"warn\"}");
    assertThat(put(body).statusCode()).isEqualTo(400);
    assertThat(OURS.getLevel()).isEqualTo(Level.WARN);
  }

  @Test
  void aPageInABrowserMayNotChangeIt() {
    Response answer =
        request()
            .header("Origin", "http://127.0.0.1")
            .body("{\"Level\":\"debug\"}")
            .put("/config/local/log");
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(OURS.getLevel()).isNotEqualTo(Level.DEBUG);
  }
}
