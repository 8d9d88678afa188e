/** What is answered over HTTP/1 besides the JSON gateway: health, version, and who may ask. */
@NullMarked
package dev.keelson.server.http;

import org.jspecify.annotations.NullMarked;
