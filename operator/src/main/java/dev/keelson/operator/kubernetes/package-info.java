/** What the operator reads from and writes to Kubernetes. */
@NullMarked
package dev.keelson.operator.kubernetes;

import org.jspecify.annotations.NullMarked;
