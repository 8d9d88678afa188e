@NullMarked
package dev.keelson.server.bootstrap;

import org.jspecify.annotations.NullMarked;
