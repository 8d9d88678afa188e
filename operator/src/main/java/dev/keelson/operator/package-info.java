/** The operator as an application. */
@NullMarked
package dev.keelson.operator;

import org.jspecify.annotations.NullMarked;
