/** The objects made from a resource, and what the model may use. */
@NullMarked
package dev.keelson.operator.model;

import org.jspecify.annotations.NullMarked;
