package dev.keelson.node.api.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.kv.auth.Caller;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signed tokens and the options that describe them. */
class JwtTokensTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path folder;

  private static JwtTokens at(String options, Instant instant) {
    return JwtTokens.open(JwtOptions.parse(options), Clock.fixed(instant, ZoneOffset.UTC));
  }

  private static KeyPair pair(String algorithm, String curve) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    if (!curve.isEmpty()) {
      generator.initialize(new ECGenParameterSpec(curve));
    } else if (algorithm.equals("RSA")) {
      generator.initialize(2048);
    }
    return generator.generateKeyPair();
  }

  private Path pem(String name, String type, byte[] content) throws IOException {
    String text =
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(
                type,
                Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(content),
                type);
    return Files.writeString(folder.resolve(name), text);
  }

  private Path publicKey(KeyPair pair) throws IOException {
    return pem("public.pem", "PUBLIC KEY", pair.getPublic().getEncoded());
  }

  private Path privateKey(KeyPair pair) throws IOException {
    return pem("private.pem", "PRIVATE KEY", pair.getPrivate().getEncoded());
  }

  private String options(String method, KeyPair pair) throws IOException {
    return "jwt,sign-method=%s,pub-key=%s,priv-key=%s"
        .formatted(method, publicKey(pair), privateKey(pair));
  }

  @ParameterizedTest
  @CsvSource({
    "RS256, RSA, ''",
    "RS512, RSA, ''",
    "PS256, RSA, ''",
    "ES256, EC, secp256r1",
    "ES384, EC, secp384r1",
    "ES512, EC, secp521r1",
    "EdDSA, Ed25519, ''"
  })
  void whatIsIssuedIsAccepted(String method, String algorithm, String curve) throws Exception {
    String options = options(method, pair(algorithm, curve));
    String token = at(options, NOW).issue("u", 7, "");
    assertThat(at(options, NOW).resolve(token, 9)).isEqualTo(new Caller("u", 7));
    String cut = token.substring(0, token.length() - 6) + "AAAAAA";
    assertThat(at(options, NOW).resolve(cut, 9)).isNull();
  }

  @Test
  void aSecretOfAnyLengthSigns() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "short");
    String options = "jwt,sign-method=HS256,priv-key=" + secret;
    String token = at(options, NOW).issue("u", 7, "");
    assertThat(at(options, NOW).resolve(token, 9)).isEqualTo(new Caller("u", 7));
    Files.writeString(secret, "other");
    assertThat(at(options, NOW).resolve(token, 9)).isNull();
  }

  @Test
  void endsWithItsTime() throws Exception {
    String options = options("ES256", pair("EC", "secp256r1")) + ",ttl=1m30s";
    String token = at(options, NOW).issue("u", 7, "");
    assertThat(at(options, NOW.plusSeconds(89)).resolve(token, 9)).isNotNull();
    assertThat(at(options, NOW.plusSeconds(90)).resolve(token, 9)).isNull();
    var remembering = at(options, NOW);
    assertThat(remembering.resolve(token, 9)).isNotNull();
    assertThat(remembering.resolve(token, 9)).as("from memory").isNotNull();
  }

  @Test
  void aTokenOfAnotherKeyOrMethodOrWithoutSignatureIsRefused() throws Exception {
    KeyPair own = pair("RSA", "");
    String options = options("RS256", own);
    JwtTokens tokens = at(options, NOW);
    String foreign = at(options("RS256", pair("RSA", "")), NOW).issue("root", 7, "");
    assertThat(tokens.resolve(foreign, 9)).isNull();
    String otherMethod = at(options("RS512", own), NOW).issue("root", 7, "");
    assertThat(tokens.resolve(otherMethod, 9)).isNull();
    Path secret = folder.resolve("secret");
    Files.write(secret, own.getPublic().getEncoded());
    String confused = at("jwt,sign-method=HS256,priv-key=" + secret, NOW).issue("root", 7, "");
    assertThat(tokens.resolve(confused, 9)).isNull();
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    String unsigned =
        encoder.encodeToString("{\"alg\":\"none\"}".getBytes(UTF_8))
            + "."
            + encoder.encodeToString("{\"username\":\"root\",\"revision\":7}".getBytes(UTF_8))
            + ".";
    assertThat(tokens.resolve(unsigned, 9)).isNull();
    assertThat(tokens.resolve("", 9)).isNull();
    assertThat(tokens.resolve("a.b.c", 9)).isNull();
  }

  @Test
  void claimsAreNeeded() throws Exception {
    JwtOptions options = JwtOptions.parse(options("ES256", pair("EC", "secp256r1")));
    JwtTokens tokens = JwtTokens.open(options, Clock.fixed(NOW, ZoneOffset.UTC));
    assertThat(tokens.resolve(options.keys().sign("{\"username\":\"u\",\"revision\":3}"), 9))
        .isEqualTo(new Caller("u", 3));
    assertThat(tokens.resolve(options.keys().sign("{\"revision\":3}"), 9)).isNull();
    assertThat(tokens.resolve(options.keys().sign("{\"username\":\"u\"}"), 9)).isNull();
    assertThat(tokens.resolve(options.keys().sign("{\"username\":5,\"revision\":3}"), 9)).isNull();
    assertThat(tokens.resolve(options.keys().sign("[]"), 9)).isNull();
  }

  @Test
  void aPublicKeyAloneVerifies() throws Exception {
    KeyPair pair = pair("EC", "secp256r1");
    String token = at(options("ES256", pair), NOW).issue("u", 7, "");
    JwtTokens verifying = at("jwt,sign-method=ES256,pub-key=" + publicKey(pair), NOW);
    assertThat(verifying.resolve(token, 9)).isEqualTo(new Caller("u", 7));
    assertThatThrownBy(() -> verifying.issue("u", 7, ""))
        .isInstanceOfSatisfying(
            KvException.class, e -> assertThat(e.error()).isEqualTo(KvError.VERIFY_ONLY));
  }

  @Test
  void theOlderFormsOfPrivateKeysAreRead() throws Exception {
    KeyPair rsa = pair("RSA", "");
    Path pkcs1 = pem("rsa.pem", "RSA PRIVATE KEY", inner(rsa.getPrivate()));
    String rsaOptions = "jwt,sign-method=RS256,priv-key=" + pkcs1;
    assertThat(at(rsaOptions, NOW).resolve(at(rsaOptions, NOW).issue("u", 7, ""), 9)).isNotNull();
    for (String[] curve :
        new String[][] {{"ES256", "secp256r1"}, {"ES384", "secp384r1"}, {"ES512", "secp521r1"}}) {
      KeyPair ec = pair("EC", curve[1]);
      Path sec1 = pem("ec.pem", "EC PRIVATE KEY", inner(ec.getPrivate()));
      String options =
          "jwt,sign-method=%s,priv-key=%s,pub-key=%s".formatted(curve[0], sec1, publicKey(ec));
      assertThat(at(options, NOW).resolve(at(options, NOW).issue("u", 7, ""), 9)).isNotNull();
    }
  }

  /** The key inside of PKCS #8: the last field, an octet string. */
  private static byte[] inner(Key privateKey) {
    byte[] encoded = privateKey.getEncoded();
    int at = skipHeader(encoded, 0); // into the sequence
    at = skipHeader(encoded, at) + 1; // over the version, one byte
    int algorithm = skipHeader(encoded, at);
    at = algorithm + encoded[at + 1]; // over the algorithm, shorter than 128 bytes
    return Arrays.copyOfRange(encoded, skipHeader(encoded, at), encoded.length);
  }

  private static int skipHeader(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return at + 2 + (first < 0x80 ? 0 : first - 0x80);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jwt                                        | needs sign-method",
        "jwt,sign-method=none                       | unknown sign-method",
        "jwt,sign-method=HS256                      | needs priv-key",
        "jwt,sign-method=RS256                      | needs pub-key",
        "jwt,sign-method=RS256,pub-key=/nowhere/x   | cannot read",
        "jwt,sign-method=RS256,colour=red           | unknown options",
        "jwt,sign-method=RS256,sign-method=RS256    | given twice",
        "jwt,sign-method                            | is not an option",
        "jwt,sign-method=RS256,ttl=soon             | is not a duration",
        "jwt,sign-method=RS256,ttl=0s               | is not a duration",
        "paseto                                     | unknown kind"
      })
  void optionsThatMakeNoSenseAreRefused(String options, String reason) {
    assertThatThrownBy(() -> JwtOptions.parse(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void keysMustBeOfTheirMethodAndAPair() throws Exception {
    KeyPair rsa = pair("RSA", "");
    assertThatThrownBy(() -> JwtOptions.parse(options("ES256", rsa)))
        .isInstanceOf(IllegalArgumentException.class);
    Path other = pem("other.pem", "PUBLIC KEY", pair("RSA", "").getPublic().getEncoded());
    String mixed = "jwt,sign-method=RS256,pub-key=%s,priv-key=%s".formatted(other, privateKey(rsa));
    assertThatThrownBy(() -> JwtOptions.parse(mixed)).hasMessageContaining("not a pair");
    Path empty = Files.writeString(folder.resolve("empty.pem"), "nothing");
    assertThatThrownBy(() -> JwtOptions.parse("jwt,sign-method=RS256,pub-key=" + empty))
        .hasMessageContaining("does not hold a key");
  }

  @Test
  void tokensAreValidForFiveMinutesUnlessSaidOtherwise() throws Exception {
    String options = options("ES256", pair("EC", "secp256r1"));
    assertThat(JwtOptions.parse(options).ttl()).isEqualTo(Duration.ofMinutes(5));
    assertThat(JwtOptions.parse(options + ",ttl=1h").ttl()).isEqualTo(Duration.ofHours(1));
  }
}
