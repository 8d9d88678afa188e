package dev.keelson.operator.kubernetes;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Short digests of objects, to see whether they differ. */
public final class Fingerprint {
  private static final KubernetesSerialization JSON = new KubernetesSerialization();
  private static final int BYTES = 8;

  private Fingerprint() {}

  /** The first eight bytes of the SHA-256 of an object's JSON, in hexadecimal. */
  public static String of(Object object) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(JSON.asJson(object).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, BYTES);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
