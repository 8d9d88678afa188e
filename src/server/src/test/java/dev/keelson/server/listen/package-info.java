@NullMarked
package dev.keelson.server.listen;

import org.jspecify.annotations.NullMarked;
