@NullMarked
package dev.keelson.server.rpc;

import org.jspecify.annotations.NullMarked;
