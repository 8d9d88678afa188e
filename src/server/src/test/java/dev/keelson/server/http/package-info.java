@NullMarked
package dev.keelson.server.http;

import org.jspecify.annotations.NullMarked;
