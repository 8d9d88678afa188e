package dev.keelson.server.http;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code --cors}: the origins whose pages may read answers. An answer to another origin is sent
 * without the headers, and the browser keeps it from the page.
 *
 * @param origins as a browser sends them; an asterisk stands for every origin
 */
record AllowedOrigins(List<String> origins) {

  AllowedOrigins {
    origins = List.copyOf(origins);
  }

  /** Whether a page of this origin may read answers; whoever names no origin is no page. */
  boolean allows(@Nullable String origin) {
    return origin == null || origins.contains("*") || origins.contains(origin);
  }

  /** What an answer to a page of this origin says; nothing if the page may not read it. */
  Map<String, String> headers(@Nullable String origin) {
    boolean all = origins.contains("*");
    if (!all && (origin == null || !origins.contains(origin))) {
      return Map.of();
    }
    return Map.of(
        "Access-Control-Allow-Methods",
        "POST, GET, OPTIONS, PUT, DELETE",
        "Access-Control-Allow-Origin",
        all ? "*" : String.valueOf(origin),
        "Access-Control-Allow-Headers",
        "accept, content-type, authorization");
  }
}
