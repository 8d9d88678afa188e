@NullMarked
package dev.keelson.node.peer;

import org.jspecify.annotations.NullMarked;
