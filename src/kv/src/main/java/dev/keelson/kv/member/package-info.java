/** The replicated membership of the cluster. */
@NullMarked
package dev.keelson.kv.member;

import org.jspecify.annotations.NullMarked;
