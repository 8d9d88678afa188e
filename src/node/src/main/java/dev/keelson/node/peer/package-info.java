/**
 * How members reach one another. {@link dev.keelson.node.peer.Transport} is what a member asks for,
 * {@link dev.keelson.node.peer.Receiver} what it offers to the others.
 */
@NullMarked
package dev.keelson.node.peer;

import org.jspecify.annotations.NullMarked;
