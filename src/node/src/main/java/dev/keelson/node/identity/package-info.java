/** Who a call comes from, on its way from the transport to the log. */
@NullMarked
package dev.keelson.node.identity;

import org.jspecify.annotations.NullMarked;
