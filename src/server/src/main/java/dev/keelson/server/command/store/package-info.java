/** Where backups are kept: a folder or a bucket that speaks the S3 protocol. */
@NullMarked
package dev.keelson.server.command.store;

import org.jspecify.annotations.NullMarked;
