package dev.keelson.server.command.snapshot;

/** How results are printed, as in etcd's tools. The names are the values of the flag. */
@SuppressWarnings("EnumNaming")
enum OutputFormat {
  /** Values, separated by commas. */
  simple,
  /** A table for people. */
  table,
  /** One JSON object. */
  json,
  /** One line for each value. */
  fields
}
