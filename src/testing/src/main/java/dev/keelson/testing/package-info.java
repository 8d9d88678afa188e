/** What the tests of all modules have in common; nothing of the product. */
@NullMarked
package dev.keelson.testing;

import org.jspecify.annotations.NullMarked;
