/** The loops' own parts. */
@NullMarked
package dev.keelson.operator.reconcile;

import org.jspecify.annotations.NullMarked;
