/** What {@code kubectl apply -k} would apply. */
@NullMarked
package dev.keelson.operator.install;

import org.jspecify.annotations.NullMarked;
