/** What the operator wants to exist, as pure functions: a resource in, Kubernetes objects out. */
@NullMarked
package dev.keelson.operator.model;

import org.jspecify.annotations.NullMarked;
