/**
 * Clients in virtual time. They call the services of a member as gRPC would, from encoded request
 * to encoded response, without gRPC's threads, and write down what they asked and heard.
 */
@NullMarked
package dev.keelson.sim.client;

import org.jspecify.annotations.NullMarked;
