@NullMarked
package dev.keelson.operator.member;

import org.jspecify.annotations.NullMarked;
