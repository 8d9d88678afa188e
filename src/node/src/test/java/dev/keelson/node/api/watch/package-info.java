/** Tests of the Watch service over the in-process transport and a real socket. */
@NullMarked
package dev.keelson.node.api.watch;

import org.jspecify.annotations.NullMarked;
