package dev.keelson.operator.reconcile;

import dev.keelson.operator.member.ClientTls;
import dev.keelson.operator.model.Problem;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What came of keeping a cluster's certificates.
 *
 * @param tls what the operator connects with; null for plain text, or while there is nothing usable
 * @param problem what is wrong; null if all is well
 * @param due when to look again at the latest, as the replacement of an authority goes on then;
 *     null if only a change asks for that
 */
record Certificates(@Nullable ClientTls tls, @Nullable Problem problem, @Nullable Instant due) {
  /** Plain text needs none. */
  static final Certificates NONE = new Certificates(null, null, null);

  /** The same, to be looked at again at another time. */
  Certificates due(Instant time) {
    return new Certificates(tls, problem, time);
  }
}
