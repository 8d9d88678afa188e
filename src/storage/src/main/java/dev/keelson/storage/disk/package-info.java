/** The port to files, on a real file system and on one that can lose its power. */
@NullMarked
package dev.keelson.storage.disk;

import org.jspecify.annotations.NullMarked;
