/** The run that the launcher trains the AOT cache with. */
@NullMarked
package dev.keelson.server.launch;

import org.jspecify.annotations.NullMarked;
