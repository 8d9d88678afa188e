package dev.keelson.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of HTTP paths against a running server. */
final class HttpTableIT {

  private static final Pattern ROW = Pattern.compile("(?m)^\\| `(/[^`]*)` \\| (\\d{3}) \\|");
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @Test
  void pathsAnswerAsTheTableSays() throws IOException, InterruptedException {
    String text = Files.readString(DocFiles.COMPATIBILITY);
    Matcher row =
        ROW.matcher(
            text.substring(text.indexOf("<!-- begin http -->"), text.indexOf("<!-- end http -->")));
    int rows = 0;
    try (ServerProcess server = ServerProcess.started(ServerProgram.keelson().orElseThrow());
        HttpClient client = HttpClient.newHttpClient()) {
      while (row.find()) {
        rows++;
        URI uri = URI.create("http://127.0.0.1:" + server.clientPort() + row.group(1));
        HttpRequest request = HttpRequest.newBuilder(uri).timeout(TIMEOUT).build();
        assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
            .as(row.group(1))
            .isEqualTo(Integer.parseInt(row.group(2)));
      }
      assertThat(healthOf(server)).isEqualTo(ServingStatus.SERVING);
    }
    assertThat(rows).as("rows of the table").isGreaterThan(10);
  }

  private static ServingStatus healthOf(ServerProcess server) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.clientPort()).usePlaintext().build();
    try {
      return HealthGrpc.newBlockingStub(channel)
          .check(HealthCheckRequest.getDefaultInstance())
          .getStatus();
    } finally {
      channel.shutdownNow();
    }
  }
}
