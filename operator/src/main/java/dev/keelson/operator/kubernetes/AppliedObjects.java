package dev.keelson.operator.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Applies objects, and leaves out what would change nothing: an object that was applied just so is
 * applied again only after a while, or after somebody touched an object of the same cluster.
 * Healing what a person has changed by hand therefore waits for an event or for that while.
 */
public final class AppliedObjects {
  private static final Duration AGAIN = Duration.ofMinutes(5);

  private record Key(String kind, String namespace, String name) {}

  private record Applied(String fingerprint, Instant at) {}

  private final KubernetesObjects kubernetes;
  private final Clock clock;
  private final ConcurrentMap<Key, Applied> applied = new ConcurrentHashMap<>();

  /** Starts with nothing applied. */
  public AppliedObjects(KubernetesObjects kubernetes, Clock clock) {
    this.kubernetes = kubernetes;
    this.clock = clock;
  }

  /** Makes an object as given unless it was made so a short while ago. */
  public void apply(HasMetadata desired) {
    Key key = key(desired);
    String fingerprint = Fingerprint.of(desired);
    Instant now = clock.instant();
    Applied last = applied.get(key);
    if (last != null && last.fingerprint.equals(fingerprint) && now.isBefore(last.at.plus(AGAIN))) {
      return;
    }
    var _ = kubernetes.apply(desired);
    applied.put(key, new Applied(fingerprint, now));
  }

  /** Somebody touched it. */
  public void touched(HasMetadata object) {
    applied.remove(key(object));
  }

  private static Key key(HasMetadata object) {
    return new Key(
        object.getKind(), object.getMetadata().getNamespace(), object.getMetadata().getName());
  }
}
