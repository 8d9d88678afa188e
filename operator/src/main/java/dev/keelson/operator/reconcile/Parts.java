package dev.keelson.operator.reconcile;

import dev.keelson.operator.member.Access;
import dev.keelson.operator.model.Problem;
import java.util.List;

/**
 * What came of keeping a cluster's other objects.
 *
 * @param access with what to reach its members
 * @param problems what is wrong
 */
record Parts(Access access, List<Problem> problems) {
  Parts {
    problems = List.copyOf(problems);
  }
}
