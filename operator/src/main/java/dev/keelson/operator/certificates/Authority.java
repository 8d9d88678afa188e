package dev.keelson.operator.certificates;

import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An authority and how far its replacement is. The stages, each lasting for the overlap: only
 * {@code active}; {@code next} is trusted as well; {@code next} has become {@code active} and signs
 * while {@code previous} is still trusted; only {@code active} again.
 *
 * @param active signs
 * @param next trusted, and will sign
 * @param previous trusted, has signed; its key is forgotten
 * @param generation how often a replacement was asked for
 * @param since when the present stage began
 */
public record Authority(
    KeyAndCertificate active,
    @Nullable KeyAndCertificate next,
    @Nullable String previous,
    int generation,
    Instant since) {

  /** The first one of a cluster. */
  public static Authority create(Issuer issuer, String name, int generation, Instant now) {
    return new Authority(issuer.authority(name, now), null, null, generation, now);
  }

  /** All certificates to trust now, as one PEM text. */
  public String bundle() {
    String all = active.certificate();
    if (next != null) {
      all += next.certificate();
    }
    if (previous != null) {
      all += previous;
    }
    return all;
  }

  /**
   * The authority as it should be now: the next stage if the present one has lasted long enough, or
   * the beginning of a replacement if one is asked for or due.
   *
   * @param wanted the generation asked for
   * @param overlap how long a stage lasts
   * @throws GeneralSecurityException if what is stored is no authority
   */
  public Authority advance(Issuer issuer, String name, int wanted, Duration overlap, Instant now)
      throws GeneralSecurityException {
    boolean stageOver = !now.isBefore(since.plus(overlap));
    if (next != null) {
      return stageOver ? new Authority(next, null, active.certificate(), wanted, now) : this;
    }
    if (previous != null) {
      return stageOver ? new Authority(active, null, null, generation, now) : this;
    }
    boolean ends =
        now.isAfter(
            Issuer.end(active.certificate()).minus(Issuer.LEAF_LIFE.plus(overlap.multipliedBy(2))));
    return wanted > generation || ends
        ? new Authority(active, issuer.authority(name, now), null, generation, now)
        : this;
  }

  /**
   * When the present stage of a replacement is over.
   *
   * @return null while nothing is being replaced
   */
  public @Nullable Instant due(Duration overlap) {
    return next == null && previous == null ? null : since.plus(overlap);
  }

  /** The certificate as it should be now: the given one while it is good, else a new one. */
  public KeyAndCertificate leaf(
      Issuer issuer,
      @Nullable KeyAndCertificate present,
      LeafRequest request,
      Duration renewBefore,
      Instant now)
      throws GeneralSecurityException {
    return present != null && Issuer.stillGood(present, active, request, renewBefore, now)
        ? present
        : issuer.leaf(active, request, now);
  }
}
