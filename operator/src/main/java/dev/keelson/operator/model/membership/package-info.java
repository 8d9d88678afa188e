/**
 * Which change of membership comes next. {@link dev.keelson.operator.model.membership.Planner} is a
 * pure function of what was seen and of the operation recorded in the status; it keeps nothing
 * between two calls, so an operator that dies anywhere and starts again simply asks again. Each
 * answer either writes the status or does one thing outside, never both, and every outside step can
 * be repeated.
 *
 * <p>The rules that no step breaks: a quorum of healthy voters remains after it; at most one
 * operation is open; a disk that held a voter's data is never replaced by an empty one under the
 * same name; serial numbers are never used twice.
 */
@NullMarked
package dev.keelson.operator.model.membership;

import org.jspecify.annotations.NullMarked;
