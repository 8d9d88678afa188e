@NullMarked
package dev.keelson.node;

import org.jspecify.annotations.NullMarked;
