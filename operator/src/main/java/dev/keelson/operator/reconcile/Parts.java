package dev.keelson.operator.reconcile;

import dev.keelson.operator.member.Access;
import dev.keelson.operator.model.Problem;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of keeping a cluster's other objects.
 *
 * @param access with what to reach its members
 * @param problems what is wrong
 * @param due when to look again at the latest; null if nothing but a change asks for that
 */
record Parts(Access access, List<Problem> problems, @Nullable Instant due) {
  Parts {
    problems = List.copyOf(problems);
  }
}
