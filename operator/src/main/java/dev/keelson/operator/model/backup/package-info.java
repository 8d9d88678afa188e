/** Backups as Jobs of the server image, and a restore as the first container of a first member. */
@NullMarked
package dev.keelson.operator.model.backup;

import org.jspecify.annotations.NullMarked;
