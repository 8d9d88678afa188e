/** Tests of a member's services over the in-process transport. */
@NullMarked
package dev.keelson.node.api;

import org.jspecify.annotations.NullMarked;
