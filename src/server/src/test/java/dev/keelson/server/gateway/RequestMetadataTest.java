package dev.keelson.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RequestMetadataTest {

  @Test
  void headersArePassedOnByTheRulesOfGrpcGateway() {
    Metadata metadata =
        RequestMetadata.of(
            List.of(
                Map.entry("AUTHORIZATION", "token"),
                Map.entry("Accept", "*/*"),
                Map.entry("Grpc-Metadata-hasLeader", "true"),
                Map.entry("Grpc-Metadata-", "nothing"),
                Map.entry("X-Other", "dropped"),
                Map.entry("Grpc-Metadata-data-bin", "AQI="),
                Map.entry("Grpc-Metadata-bad-bin", "!")));
    assertThat(text(metadata, "authorization")).isEqualTo("token");
    assertThat(text(metadata, "grpcgateway-authorization")).isEqualTo("token");
    assertThat(text(metadata, "grpcgateway-accept")).isEqualTo("*/*");
    assertThat(text(metadata, "hasleader")).isEqualTo("true");
    assertThat(metadata.get(Metadata.Key.of("data-bin", Metadata.BINARY_BYTE_MARSHALLER)))
        .containsExactly(1, 2);
    assertThat(metadata.keys())
        .containsExactlyInAnyOrder(
            "authorization",
            "grpcgateway-authorization",
            "grpcgateway-accept",
            "hasleader",
            "data-bin");
  }

  private static @Nullable String text(Metadata metadata, String name) {
    return metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
  }
}
