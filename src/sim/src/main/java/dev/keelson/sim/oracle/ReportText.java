package dev.keelson.sim.oracle;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Messages as short text for reports: symbolic numbers by name, long values cut. */
final class ReportText {
  private static final int SHOWN_BYTES = 40;
  private static final Pattern LONG_NUMBER = Pattern.compile("\\b\\d{19}\\b");

  private ReportText() {}

  static String text(Message message) {
    String line =
        TextFormat.printer().emittingSingleLine(true).printToString(shortened(message)).trim();
    return LONG_NUMBER
        .matcher(line)
        .replaceAll(number -> Symbols.name(Long.parseLong(number.group())));
  }

  static String text(ByteString bytes) {
    return "\"" + TextFormat.escapeBytes(shortened(bytes)) + "\"";
  }

  private static Message shortened(Message message) {
    Message.Builder copy = message.toBuilder();
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      Object value = entry.getValue();
      copy.setField(
          entry.getKey(),
          value instanceof List<?> values
              ? values.stream().map(ReportText::shortenedElement).toList()
              : shortenedElement(value));
    }
    return copy.build();
  }

  private static Object shortenedElement(Object value) {
    return switch (value) {
      case Message message -> shortened(message);
      case ByteString bytes -> shortened(bytes);
      default -> value;
    };
  }

  private static ByteString shortened(ByteString bytes) {
    return bytes.size() <= SHOWN_BYTES
        ? bytes
        : bytes
            .substring(0, SHOWN_BYTES / 2)
            .concat(ByteString.copyFromUtf8("...(" + bytes.size() + " bytes)"));
  }
}
