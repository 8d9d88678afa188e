package dev.keelson.server.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.server.MemberLifecycle;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.http.HttpServer;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class HealthEndpointsTest {

  @Inject MemberLifecycle lifecycle;
  @Inject FakeMember member;
  @Inject HttpServer http;

  @BeforeEach
  void start() {
    member.recover();
    if (lifecycle.clientAddresses().isEmpty()) {
      lifecycle.start();
    }
  }

  private static RequestSpecification at(List<SocketAddress> addresses) {
    InetSocketAddress address = (InetSocketAddress) addresses.getFirst();
    return given().baseUri("http://127.0.0.1").port(address.getPort());
  }

  private Response get(String path) {
    return at(lifecycle.clientAddresses()).get(path);
  }

  private void expect(String path, int status, String body) {
    Response answer = get(path);
    assertThat(answer.asString()).isEqualTo(body);
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.contentType()).isEqualTo("text/plain; charset=utf-8");
  }

  @Test
  void healthyMember() {
    expect("/health", 200, "{\"health\":\"true\",\"reason\":\"\"}");
    expect("/livez", 200, "ok\n");
    expect("/readyz", 200, "ok\n");
    expect("/livez?verbose", 200, "[+]serializable_read ok\nok\n");
    expect(
        "/readyz?verbose=1",
        200,
        """
        [+]data_corruption ok
        [+]serializable_read ok
        [+]linearizable_read ok
        [+]non_learner ok
        ok
        """);
    expect("/readyz/non_learner?verbose", 200, "[+]non_learner ok\nok\n");
  }

  @Test
  void alarmsMakeItUnhealthyUnlessExcluded() {
    member.alarms = List.of("NOSPACE");
    expect("/health", 503, "{\"health\":\"false\",\"reason\":\"ALARM NOSPACE\"}\n");
    expect("/health?exclude=NOSPACE", 200, "{\"health\":\"true\",\"reason\":\"\"}");
    member.alarms = List.of("NOSPACE", "CORRUPT");
    expect("/health?exclude=NOSPACE", 503, "{\"health\":\"false\",\"reason\":\"ALARM CORRUPT\"}\n");
    expect("/health?exclude=NOSPACE&exclude=CORRUPT", 200, "{\"health\":\"true\",\"reason\":\"\"}");
    expect(
        "/readyz/data_corruption", 503, "[-]data_corruption failed: alarm activated: CORRUPT\n\n");
  }

  @Test
  void lostLeaderMattersOnlyToTheCluster() {
    member.leader = false;
    member.linearizableError = "etcdserver: \"quoted\"";
    expect("/health", 503, "{\"health\":\"false\",\"reason\":\"RAFT NO LEADER\"}\n");
    expect("/health?serializable=true", 200, "{\"health\":\"true\",\"reason\":\"\"}");
    expect("/health?serializable=1", 503, "{\"health\":\"false\",\"reason\":\"RAFT NO LEADER\"}\n");
    expect("/livez", 200, "ok\n");
    expect(
        "/readyz",
        503,
        """
        [+]data_corruption ok
        [+]serializable_read ok
        [-]linearizable_read failed: etcdserver: "quoted"
        [+]non_learner ok

        """);
    expect("/readyz?exclude=linearizable_read&exclude=unknown", 200, "ok\n");
    member.leader = true;
    expect(
        "/health",
        503,
        "{\"health\":\"false\",\"reason\":\"RANGE ERROR:etcdserver: \\\"quoted\\\"\"}\n");
  }

  @Test
  void learnerIsAliveButNotReady() {
    member.learner = true;
    expect("/livez", 200, "ok\n");
    expect("/readyz/non_learner", 503, "[-]non_learner failed: not supported for learner\n\n");
  }

  @Test
  void versionIsJson() {
    Response answer = get("/version");
    assertThat(answer.asString())
        .isEqualTo("{\"etcdserver\":\"3.6.14\",\"etcdcluster\":\"3.6.0\",\"storage\":\"3.6.0\"}");
    assertThat(answer.contentType()).startsWith("application/json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/health", "/livez", "/readyz/linearizable_read", "/version", "/debug/vars"})
  void onlyGetIsTaken(String path) {
    Response answer = at(lifecycle.clientAddresses()).post(path);
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.header("Allow")).isEqualTo("GET");
    assertThat(answer.asString()).isEqualTo("Method Not Allowed\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/nope", "/livez/non_learner", "/readyz/nope"})
  void unknownPathsAreNotFound(String path) {
    expect(path, 404, "404 page not found\n");
    assertThat(at(lifecycle.clientAddresses()).post(path).statusCode()).isEqualTo(404);
  }

  @Test
  void browsersMayAsk() {
    Response answer = at(lifecycle.clientAddresses()).options("/version");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("*");
    assertThat(get("/nope").header("Access-Control-Allow-Origin")).isEqualTo("*");
  }

  @Test
  void outcomesAreCounted() {
    get("/health");
    get("/readyz");
    assertThat(get("/metrics").asString())
        .containsPattern("(?m)^etcd_server_health_success [1-9]")
        .contains("etcd_server_healthcheck{name=\"non_learner\",type=\"readyz\"} 1")
        .containsPattern(
            "etcd_server_healthchecks_total\\{name=\"linearizable_read\",status=\"success\","
                + "type=\"readyz\"\\} [1-9]");
  }

  @ParameterizedTest
  @CsvSource({"/metrics,200", "/health,200", "/livez,200", "/version,404", "/q/health,404"})
  void metricsListenerOffersLess(String path, int status) {
    assertThat(at(lifecycle.metricsAddresses()).get(path).statusCode()).isEqualTo(status);
  }

  @Test
  void httpServerItselfTurnsStrangersAway() {
    assertThatThrownBy(
            () ->
                RestAssured.given().baseUri("http://127.0.0.1").port(http.getPort()).get("/health"))
        .isInstanceOf(Exception.class);
  }
}
