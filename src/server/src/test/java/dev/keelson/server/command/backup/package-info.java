@NullMarked
package dev.keelson.server.command.backup;

import org.jspecify.annotations.NullMarked;
