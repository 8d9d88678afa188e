package dev.keelson.server.log;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes JSON texts (RFC 8259) without building a tree. */
final class JsonText {

  private static final String HEX = "0123456789abcdef";

  private JsonText() {}

  static void appendValue(StringBuilder out, @Nullable Object value) {
    switch (value) {
      case null -> out.append("null");
      case Boolean flag -> out.append(flag);
      case Double number when !Double.isFinite(number) -> appendString(out, number.toString());
      case Float number when !Float.isFinite(number) -> appendString(out, number.toString());
      case Number number -> out.append(number);
      case Collection<?> items -> appendArray(out, items);
      case Map<?, ?> map -> appendObject(out, map);
      default -> appendString(out, value.toString());
    }
  }

  private static void appendArray(StringBuilder out, Collection<?> items) {
    out.append('[');
    String separator = "";
    for (Object item : items) {
      out.append(separator);
      appendValue(out, item);
      separator = ",";
    }
    out.append(']');
  }

  static void appendObject(StringBuilder out, Map<?, ?> map) {
    out.append('{');
    String separator = "";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.append(separator);
      appendString(out, String.valueOf(entry.getKey()));
      out.append(':');
      appendValue(out, entry.getValue());
      separator = ",";
    }
    out.append('}');
  }

  static void appendString(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20 || c == 0x7f || c == '\u2028' || c == '\u2029') {
            out.append("\\u").append(HEX.charAt(c >> 12)).append(HEX.charAt(c >> 8 & 15));
            out.append(HEX.charAt(c >> 4 & 15)).append(HEX.charAt(c & 15));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
