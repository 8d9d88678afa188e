package dev.keelson.server.http;

import dev.keelson.server.config.CommandLine;
import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.ConfigurationLoader;
import dev.keelson.server.member.MemberFactory;
import io.quarkus.test.Mock;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;

/** A configuration on free ports and a member that the test controls. */
final class TestWiring {

  @Produces
  @Singleton
  @Mock
  Configuration configuration() throws IOException {
    return ConfigurationLoader.load(
        CommandLine.parse(
            "--data-dir=" + Files.createTempDirectory("keelson-http-test"),
            "--listen-client-urls=http://127.0.0.1:0",
            "--advertise-client-urls=http://127.0.0.1:0",
            "--listen-metrics-urls=http://127.0.0.1:0"),
        Map.of());
  }

  @Produces
  @Singleton
  @Typed(FakeMember.class) // the one Member is what the factory makes
  FakeMember fakeMember() {
    return new FakeMember();
  }

  @Produces
  @Singleton
  @Mock
  MemberFactory factory(FakeMember member) {
    return configuration -> member;
  }
}
