@NullMarked
package dev.keelson.server;

import org.jspecify.annotations.NullMarked;
