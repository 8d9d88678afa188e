/**
 * The custom resources of {@code keelson.dev/v1alpha1}. Records, so that a resource that was read
 * is never changed in place; what a person left out is filled in here exactly as the schema's
 * defaults would, because a resource that did not pass an API server (a file, a test) has none.
 */
@NullMarked
package dev.keelson.operator.api.v1alpha1;

import org.jspecify.annotations.NullMarked;
