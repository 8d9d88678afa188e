package dev.keelson.sim.oracle;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * One field in which two answers differ.
 *
 * @param path where, such as {@code kvs[2].lease}
 * @param left the left side's value as text
 * @param right the right side's value as text
 */
record FieldDifference(String path, String left, String right) {

  /** Every differing field of two answers; empty when they are the same. */
  static List<FieldDifference> between(Answer left, Answer right) {
    if (left instanceof Answer.Response(Message l) && right instanceof Answer.Response(Message r)) {
      List<FieldDifference> found = new ArrayList<>();
      compare("", l, r, found);
      return found;
    }
    return left.equals(right)
        ? List.of()
        : List.of(new FieldDifference("answer", left.describe(), right.describe()));
  }

  private static void compare(
      String prefix, Message left, Message right, List<FieldDifference> found) {
    if (left.equals(right)) {
      return;
    }
    for (FieldDescriptor field : left.getDescriptorForType().getFields()) {
      String path = prefix + field.getName();
      if (field.isRepeated()) {
        compareLists(path, (List<?>) left.getField(field), (List<?>) right.getField(field), found);
      } else if (field.hasPresence() && left.hasField(field) != right.hasField(field)) {
        found.add(new FieldDifference(path, presence(left, field), presence(right, field)));
      } else {
        compareValues(path, left.getField(field), right.getField(field), found);
      }
    }
    if (!left.getUnknownFields().equals(right.getUnknownFields())) {
      found.add(
          new FieldDifference(
              prefix + "unknown",
              left.getUnknownFields().toString(),
              right.getUnknownFields().toString()));
    }
  }

  private static void compareLists(
      String path, List<?> left, List<?> right, List<FieldDifference> found) {
    if (left.size() != right.size()) {
      found.add(
          new FieldDifference(
              path + ".size", Integer.toString(left.size()), Integer.toString(right.size())));
    }
    for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
      compareValues(path + "[" + i + "]", left.get(i), right.get(i), found);
    }
  }

  private static void compareValues(
      String path, Object left, Object right, List<FieldDifference> found) {
    if (left instanceof Message l && right instanceof Message r) {
      compare(path + ".", l, r, found);
    } else if (!left.equals(right)) {
      found.add(new FieldDifference(path, value(left), value(right)));
    }
  }

  private static String presence(Message message, FieldDescriptor field) {
    return message.hasField(field) ? value(message.getField(field)) : "absent";
  }

  private static String value(Object value) {
    return switch (value) {
      case ByteString bytes -> ReportText.text(bytes);
      case Message message -> "{" + ReportText.text(message) + "}";
      default -> value.toString();
    };
  }
}
