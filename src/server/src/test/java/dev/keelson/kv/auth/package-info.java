/** Fuzz targets that need the insides of rights. */
@org.jspecify.annotations.NullMarked
package dev.keelson.kv.auth;
