package dev.keelson.server.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.server.bootstrap.SrvLookup.Target;
import dev.keelson.server.config.CommandLine;
import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.ConfigurationLoader;
import dev.keelson.server.member.StartException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SrvFoundersTest {
  private static final String PLAIN = "_etcd-server._tcp.example.org";
  private static final String SECURE = "_etcd-server-ssl._tcp.example.org";

  private static Configuration flags(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--name=m1",
                "--discovery-srv=example.org",
                "--initial-advertise-peer-urls=http://127.0.0.1:2380"));
    all.addAll(List.of(more));
    return ConfigurationLoader.load(CommandLine.parse(all.toArray(String[]::new)), Map.of());
  }

  private static SrvLookup knowing(Map<String, List<Target>> records) {
    return name -> {
      List<Target> found = records.get(name);
      if (found == null) {
        throw new UnknownHostException(name);
      }
      return found;
    };
  }

  private static String found(Configuration flags, Map<String, List<Target>> records) {
    return new SrvFounders(flags, knowing(records)).find().toString();
  }

  @Test
  void knowsItselfByItsAddressAndNumbersTheOthers() {
    assertThat(
            found(
                flags(),
                Map.of(
                    PLAIN,
                    List.of(
                        new Target("127.0.0.3", 2380),
                        new Target("localhost", 2380),
                        new Target("127.0.0.2", 2380)))))
        .isEqualTo("0=http://127.0.0.2:2380,1=http://127.0.0.3:2380,m1=http://localhost:2380");
  }

  @Test
  void itsOwnNameMayBeANumber() {
    assertThat(
            found(
                flags("--name=0"),
                Map.of(
                    PLAIN, List.of(new Target("localhost", 2380), new Target("127.0.0.2", 2380)))))
        .isEqualTo("0=http://localhost:2380,1=http://127.0.0.2:2380");
  }

  @Test
  void takesWhatIsSecureAndWhatIsNot() {
    assertThat(
            found(
                flags(),
                Map.of(
                    SECURE, List.of(new Target("127.0.0.2", 2380)),
                    PLAIN, List.of(new Target("localhost", 2380)))))
        .isEqualTo("0=https://127.0.0.2:2380,m1=http://localhost:2380");
  }

  @Test
  void asksForTheServiceWithItsSuffix() {
    assertThat(
            found(
                flags("--discovery-srv-name=blue"),
                Map.of(
                    "_etcd-server-blue._tcp.example.org", List.of(new Target("localhost", 2380)))))
        .isEqualTo("m1=http://localhost:2380");
  }

  @Test
  void aHostThatIsNotThereIsLeftOut() {
    assertThat(
            found(
                flags(),
                Map.of(
                    PLAIN,
                    List.of(new Target("gone.invalid", 2380), new Target("localhost", 2380)))))
        .isEqualTo("m1=http://localhost:2380");
  }

  @Test
  void refusesInEtcdsWords() {
    assertThatThrownBy(() -> found(flags(), Map.of()))
        .isInstanceOf(StartException.class)
        .hasMessage(
            "error setting up initial cluster: error querying DNS SRV records for"
                + " _etcd-server-ssl lookup _etcd-server-ssl._tcp.example.org: no such host;"
                + " error querying DNS SRV records for _etcd-server lookup"
                + " _etcd-server._tcp.example.org: no such host");
    assertThatThrownBy(() -> found(flags(), Map.of(PLAIN, List.of(new Target("127.0.0.2", 2380)))))
        .hasMessage(
            "error setting up initial cluster: cannot find local etcd member \"m1\" in SRV"
                + " records");
    assertThatThrownBy(() -> found(flags(), Map.of(SECURE, List.of(new Target("localhost", 2380)))))
        .hasMessageContaining(
            "bootstrap at https://localhost:2380 from DNS for etcd-server-ssl has scheme mismatch"
                + " with expected peer http://127.0.0.1:2380");
    assertThatThrownBy(
            () ->
                found(
                    flags(
                        "--initial-advertise-peer-urls=http://127.0.0.1:2380,http://127.0.0.1:2381"),
                    Map.of(PLAIN, List.of(new Target("localhost", 2380)))))
        .hasMessageContaining("--initial-cluster has m1=http://localhost:2380 but missing from");
  }

  @Test
  void asksANameServer() throws Exception {
    try (DnsServer server = new DnsServer(Map.of(PLAIN, List.of(2380, 12380)))) {
      DnsServices dns = new DnsServices(server.address());
      assertThat(dns.find(PLAIN))
          .containsExactlyInAnyOrder(new Target("localhost", 2380), new Target("localhost", 12380));
      assertThatThrownBy(() -> dns.find(SECURE)).isInstanceOf(UnknownHostException.class);
    }
  }
}
