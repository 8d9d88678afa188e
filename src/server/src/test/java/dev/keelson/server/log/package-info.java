@NullMarked
package dev.keelson.server.log;

import org.jspecify.annotations.NullMarked;
