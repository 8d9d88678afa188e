package dev.keelson.server;

import dev.keelson.server.config.CommandLine;
import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.ConfigurationLoader;
import dev.keelson.server.listen.RelayedConnections;
import dev.keelson.server.member.Member;
import dev.keelson.server.member.MemberFactory;
import dev.keelson.server.tls.TlsContexts;
import io.micrometer.core.instrument.config.MeterFilter;
import io.quarkus.runtime.annotations.CommandLineArguments;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The objects that are built by hand and used by injection. */
final class Wiring {

  @Produces
  @Singleton
  Configuration configuration(@CommandLineArguments String[] arguments) {
    return ConfigurationLoader.load(CommandLine.parse(arguments), System.getenv());
  }

  /** Ours has the name that Prometheus gives it everywhere. */
  @Produces
  @Singleton
  MeterFilter withoutStartTime() {
    return MeterFilter.denyNameStartsWith("process.start.time");
  }

  @Produces
  @Singleton
  RelayedConnections relayedConnections() {
    return new RelayedConnections();
  }

  @Produces
  @Singleton
  TlsContexts tlsContexts(Configuration configuration) {
    return new TlsContexts(configuration);
  }

  @Produces
  @Singleton
  Member member(MemberFactory factory, Configuration configuration) {
    return factory.create(configuration);
  }
}
