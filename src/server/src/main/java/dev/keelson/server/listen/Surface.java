package dev.keelson.server.listen;

/** What a listener offers over HTTP. */
public enum Surface {
  /** Everything. */
  CLIENT,
  /** Only metrics and health, for {@code --listen-metrics-urls}. */
  METRICS
}
