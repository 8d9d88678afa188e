package dev.keelson.server.it;

import dev.keelson.server.tls.TestAuthority;
import dev.keelson.server.tls.TestAuthority.Issued;
import java.nio.file.Path;
import java.util.List;

/**
 * The certificates of a member on this machine and of its clients, as files in a folder, and the
 * flags that name them.
 */
final class Certificates {
  private final Path folder;
  private final TestAuthority authority;

  /** Makes an authority, {@code ca.pem}, and the member's certificate. */
  Certificates(Path folder) {
    this.folder = folder;
    authority = TestAuthority.create("ca").write(folder, "ca");
    renewServer("server");
  }

  /** Gives the member another certificate in the place of the one it has. */
  void renewServer(String commonName) {
    authority
        .issue(TestAuthority.request().commonName(commonName).ip("127.0.0.1").dns("localhost"))
        .write(folder, "server");
  }

  /** Makes a client's certificate; the name in it may be empty. */
  Certificates client(String file, String commonName) {
    authority.issue(TestAuthority.request().commonName(commonName)).write(folder, file);
    return this;
  }

  /** Makes an authority that has signed none of these. */
  Certificates stranger(String file) {
    TestAuthority.create(file).write(folder, file);
    return this;
  }

  /** Gives the member a private key that is not that of its certificate. */
  void confuseServerKey() {
    Issued other = authority.issue(TestAuthority.request());
    TestAuthority.put(folder.resolve("server.key"), TestAuthority.pem(other.key()));
  }

  /** Of a member that asks its clients for certificates. */
  List<String> serverFlags() {
    return List.of(
        "--cert-file=" + folder.resolve("server.pem"),
        "--key-file=" + folder.resolve("server.key"),
        "--trusted-ca-file=" + folder.resolve("ca.pem"),
        "--client-cert-auth");
  }

  /** Of a client, as etcdctl, curl and keelson take them. */
  List<String> clientFlags(String file) {
    return clientFlags("ca", file);
  }

  List<String> clientFlags(String trusted, String file) {
    return List.of(
        "--cacert",
        folder.resolve(trusted + ".pem").toString(),
        "--cert",
        folder.resolve(file + ".pem").toString(),
        "--key",
        folder.resolve(file + ".key").toString());
  }

  /** Of a client that has no certificate. */
  List<String> trustFlags() {
    return clientFlags("").subList(0, 2);
  }
}
