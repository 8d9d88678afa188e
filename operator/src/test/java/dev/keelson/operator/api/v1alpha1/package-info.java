/** What the generated definitions say and refuse. */
@NullMarked
package dev.keelson.operator.api.v1alpha1;

import org.jspecify.annotations.NullMarked;
