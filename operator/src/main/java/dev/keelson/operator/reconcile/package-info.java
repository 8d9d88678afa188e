/**
 * The loops that bring what is to what is wanted: observe, ask the model for the next step, record
 * it in the status, do it, observe again. Nothing is remembered between two passes.
 */
@NullMarked
package dev.keelson.operator.reconcile;

import org.jspecify.annotations.NullMarked;
