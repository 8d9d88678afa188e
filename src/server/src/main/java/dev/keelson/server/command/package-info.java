/**
 * The subcommands of {@code ./keelson}, which do their work and end instead of running a member.
 */
@NullMarked
package dev.keelson.server.command;

import org.jspecify.annotations.NullMarked;
