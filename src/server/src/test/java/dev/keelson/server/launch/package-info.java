@NullMarked
package dev.keelson.server.launch;

import org.jspecify.annotations.NullMarked;
