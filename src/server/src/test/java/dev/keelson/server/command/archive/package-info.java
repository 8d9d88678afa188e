@NullMarked
package dev.keelson.server.command.archive;

import org.jspecify.annotations.NullMarked;
