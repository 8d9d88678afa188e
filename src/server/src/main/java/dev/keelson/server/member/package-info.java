/** The seam between the host and the member it hosts. */
@NullMarked
package dev.keelson.server.member;

import org.jspecify.annotations.NullMarked;
