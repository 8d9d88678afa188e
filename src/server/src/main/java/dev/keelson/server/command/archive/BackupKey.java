package dev.keelson.server.command.archive;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;

/** The operator's 256-bit key, from which each backup gets one of its own. */
public final class BackupKey {
  private static final int KEY_BYTES = 32;
  private static final int ID_BYTES = 8;
  private static final int FILE_BYTES_MAX = 1024;
  private static final byte[] PURPOSE = "keelson backup v1".getBytes(US_ASCII);

  private final byte[] key;

  private BackupKey(byte[] key) {
    this.key = key;
  }

  /**
   * Reads a key: 32 bytes as they are, or as 64 hexadecimal digits, or as Base64.
   *
   * @throws CommandException if the file cannot be read, or holds nothing of that kind
   */
  public static BackupKey read(Path file) {
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw notKey(file);
      }
      byte[] content = Files.readAllBytes(file);
      return new BackupKey(content.length == KEY_BYTES ? content : decode(file, content));
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.REFUSED, "cannot read the key " + file + ": " + e.getMessage(), e);
    }
  }

  private static byte[] decode(Path file, byte[] content) {
    String text = new String(content, US_ASCII).strip();
    try {
      byte[] key =
          text.length() == 2 * KEY_BYTES
              ? HexFormat.of().parseHex(text)
              : Base64.getDecoder().decode(text);
      if (key.length == KEY_BYTES) {
        return key;
      }
    } catch (IllegalArgumentException e) {
      throw notKey(file);
    }
    throw notKey(file);
  }

  private static CommandException notKey(Path file) {
    return CommandException.usage(
        file + " holds no key: 32 bytes, or 64 hexadecimal digits, or Base64 of 32 bytes");
  }

  /** Tells keys apart without giving anything of them away. */
  public String id() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(PURPOSE);
      return HexFormat.of().formatHex(Arrays.copyOf(digest.digest(key), ID_BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The key of the backup with that salt. */
  SecretKey derive(byte[] salt) {
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveKey(
              "AES",
              HKDFParameterSpec.ofExtract()
                  .addIKM(key)
                  .addSalt(salt)
                  .thenExpand(PURPOSE, KEY_BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform from 25 on has HKDF", e);
    }
  }
}
