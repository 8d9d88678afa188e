/** Fuzz targets that need the insides of tokens. */
@org.jspecify.annotations.NullMarked
package dev.keelson.node.api.auth;
