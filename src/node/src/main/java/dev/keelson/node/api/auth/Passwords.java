package dev.keelson.node.api.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import com.google.protobuf.ByteString;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import java.security.SecureRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Hashes and compares passwords with bcrypt, which takes tens of milliseconds of a processor each
 * time. It has threads of its own, fewer than there are processors, and a bounded queue: many
 * logins at once wait for each other, and not reads and writes for them.
 */
public final class Passwords implements Executor, AutoCloseable {
  private static final BCrypt.Version VERSION = BCrypt.Version.VERSION_2A;
  private static final int PASSWORD_BYTES_MAX = 72;
  private static final int WAITING_MAX = 4096;
  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor threads;
  private final SecureRandom random = new SecureRandom();
  private final int cost;

  /** Compared with for a user who does not exist, so that the time taken does not tell. */
  private volatile byte @Nullable [] decoy;

  /**
   * Starts without threads; they come with the first password.
   *
   * @param cost of new hashes
   */
  public Passwords(int cost) {
    this.cost = cost;
    int count = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
    threads =
        new ThreadPoolExecutor(
            count,
            count,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING_MAX),
            Thread.ofPlatform().daemon().name("keelson-password-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Runs something on these threads.
   *
   * @throws RejectedExecutionException if too much is waiting
   */
  @Override
  public void execute(Runnable task) {
    threads.execute(task);
  }

  /**
   * The hash to store, as text in ASCII.
   *
   * @throws KvException if the password is longer than bcrypt looks at
   */
  public byte[] hash(String password) throws KvException {
    byte[] bytes = password.getBytes(UTF_8);
    if (bytes.length > PASSWORD_BYTES_MAX) {
      throw new KvException(KvError.PASSWORD_TOO_LONG);
    }
    return BCrypt.with(VERSION, random, LongPasswordStrategies.truncate(VERSION)).hash(cost, bytes);
  }

  /** Whether a password is the one a hash was made of; what is not a hash matches nothing. */
  public boolean matches(String password, ByteString hash) {
    try {
      return BCrypt.verifyer(VERSION, LongPasswordStrategies.truncate(VERSION))
          .verify(password.getBytes(UTF_8), hash.toByteArray())
          .verified;
    } catch (IllegalArgumentException e) {
      return false; // not a hash at all: an imported user need not have one
    }
  }

  /** Takes as long as a comparison. */
  public void pretend(String password) {
    byte[] hash = decoy;
    if (hash == null) {
      hash =
          BCrypt.with(VERSION, random, LongPasswordStrategies.truncate(VERSION))
              .hash(cost, new byte[0]);
      decoy = hash;
    }
    boolean _ = matches(password, ByteString.copyFrom(hash));
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
