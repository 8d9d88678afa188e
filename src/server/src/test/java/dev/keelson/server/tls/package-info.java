@NullMarked
package dev.keelson.server.tls;

import org.jspecify.annotations.NullMarked;
