package dev.keelson.server.http;

import io.vertx.core.http.HttpServerResponse;
import java.util.List;
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

  void addHeaders(@Nullable String origin, HttpServerResponse response) {
    boolean all = origins.contains("*");
    if (!all && (origin == null || !origins.contains(origin))) {
      return;
    }
    response.putHeader("Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE");
    response.putHeader("Access-Control-Allow-Origin", all ? "*" : origin);
    response.putHeader("Access-Control-Allow-Headers", "accept, content-type, authorization");
  }
}
