@NullMarked
package dev.keelson.server.config;

import org.jspecify.annotations.NullMarked;
