package dev.keelson.bench.report;

/** Something measured that is kept as a line of data. */
public interface Result {
  /** One JSON object without line breaks. */
  String toJson();
}
