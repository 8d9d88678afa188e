/** Keeps the documentation true: tables are compared with the program, links with the files. */
@NullMarked
package dev.keelson.server.docs;

import org.jspecify.annotations.NullMarked;
