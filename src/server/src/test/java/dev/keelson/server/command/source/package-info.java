@NullMarked
package dev.keelson.server.command.source;

import org.jspecify.annotations.NullMarked;
