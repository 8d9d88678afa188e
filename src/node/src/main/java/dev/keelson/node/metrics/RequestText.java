package dev.keelson.node.metrics;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TextFormat;
import java.util.Map;
import java.util.Set;

/** A request for the log: sizes stand for values, and secrets are left out. */
final class RequestText {
  private static final Set<String> SECRET =
      Set.of("password", "hashedPassword", "token", "simple_token");
  private static final int LENGTH_MAX = 2048;

  private RequestText() {}

  static String of(MessageOrBuilder request) {
    StringBuilder out = new StringBuilder();
    append(out, request);
    if (out.length() > LENGTH_MAX) {
      out.setLength(LENGTH_MAX);
      out.append("...");
    }
    return out.toString().strip();
  }

  private static void append(StringBuilder out, MessageOrBuilder message) {
    for (Map.Entry<FieldDescriptor, Object> each : message.getAllFields().entrySet()) {
      if (out.length() > LENGTH_MAX) {
        return;
      }
      FieldDescriptor field = each.getKey();
      if (SECRET.contains(field.getName())) {
        continue;
      }
      if (field.isRepeated() && each.getValue() instanceof Iterable<?> values) {
        for (Object value : values) {
          append(out, field, value);
        }
      } else {
        append(out, field, each.getValue());
      }
    }
  }

  private static void append(StringBuilder out, FieldDescriptor field, Object value) {
    switch (value) {
      case MessageOrBuilder inner -> {
        out.append(field.getName()).append(":<");
        append(out, inner);
        out.append("> ");
      }
      case ByteString bytes when field.getName().equals("value") ->
          out.append("value_size:").append(bytes.size()).append(' ');
      case ByteString bytes ->
          out.append(field.getName())
              .append(":\"")
              .append(TextFormat.escapeBytes(bytes))
              .append("\" ");
      default -> out.append(field.getName()).append(':').append(value).append(' ');
    }
  }
}
