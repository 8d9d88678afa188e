package dev.keelson.server.gateway;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.keelson.server.gateway.MessageJson.MalformedException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads one JSON object into a message by its descriptor, as strictly as Go's protojson and with
 * its error texts. protobuf-java's own reader takes quoted booleans and shows class names in
 * errors.
 */
final class MessageParser {
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

  /** No integer of 64 bits has more digits; larger exponents are not worth computing. */
  private static final int DIGITS_MAX = 20;

  private final JsonParser json;

  /**
   * Creates the reader.
   *
   * @param json at the beginning of an object
   */
  MessageParser(JsonParser json) {
    this.json = json;
  }

  /** Reads up to the end of the object. */
  void into(Message.Builder message) throws IOException, MalformedException {
    Set<String> seen = new HashSet<>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      FieldDescriptor field = find(message.getDescriptorForType(), name);
      if (field == null) {
        json.nextToken();
        json.skipChildren();
        continue;
      }
      String position = position();
      if (!seen.add(field.getName())) {
        throw new MalformedException(
            "proto: " + position + ": duplicate field " + MessageJson.quote(name));
      }
      if (json.nextToken() == JsonToken.VALUE_NULL) {
        continue;
      }
      if (field.getContainingOneof() != null
          && !seen.add("oneof " + field.getContainingOneof().getName())) {
        throw new MalformedException(
            "proto: %s: error parsing %s, oneof %s is already set"
                .formatted(
                    position, MessageJson.quote(name), field.getContainingOneof().getFullName()));
      }
      value(message, field);
    }
  }

  private static @Nullable FieldDescriptor find(Descriptor type, String name) {
    FieldDescriptor byName = type.findFieldByName(name);
    if (byName != null) {
      return byName;
    }
    for (FieldDescriptor field : type.getFields()) {
      if (field.getJsonName().equals(name)) {
        return field;
      }
    }
    return null;
  }

  private void value(Message.Builder message, FieldDescriptor field)
      throws IOException, MalformedException {
    if (!field.isRepeated()) {
      Object value = single(message, field);
      if (value != null) {
        message.setField(field, value);
      }
      return;
    }
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw unexpected();
    }
    while (json.nextToken() != JsonToken.END_ARRAY) {
      Object value = single(message, field);
      if (value != null) {
        message.addRepeatedField(field, value);
      }
    }
  }

  /** The value at hand; null for one to be ignored. */
  private @Nullable Object single(Message.Builder message, FieldDescriptor field)
      throws IOException, MalformedException {
    return switch (field.getJavaType()) {
      case MESSAGE -> {
        if (json.currentToken() != JsonToken.START_OBJECT) {
          throw unexpected();
        }
        Message.Builder inner = message.newBuilderForField(field);
        into(inner);
        yield inner.build();
      }
      case STRING -> text(field);
      case BYTE_STRING -> bytes(field);
      case BOOLEAN ->
          switch (json.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw invalid(field);
          };
      case INT -> integer(field).intValue();
      case LONG -> integer(field).longValue();
      case ENUM -> enumeration(field);
      case FLOAT, DOUBLE ->
          throw new IllegalStateException("no request has a field like " + field.getFullName());
    };
  }

  private String text(FieldDescriptor field) throws IOException, MalformedException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw invalid(field);
    }
    return json.getText();
  }

  /** Base64 of either alphabet, with or without padding. */
  private ByteString bytes(FieldDescriptor field) throws IOException, MalformedException {
    String text = text(field);
    boolean urlSafe = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
    try {
      return ByteString.copyFrom(
          (urlSafe ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text));
    } catch (IllegalArgumentException e) {
      throw invalid(field);
    }
  }

  /** A number, or one in quotes; {@code 1e2} and {@code 1.0} are whole numbers too. */
  private BigInteger integer(FieldDescriptor field) throws IOException, MalformedException {
    JsonToken token = json.currentToken();
    if (!token.isNumeric() && token != JsonToken.VALUE_STRING) {
      throw invalid(field);
    }
    String text = json.getText();
    if (!NUMBER.matcher(text).matches()) {
      throw invalid(field);
    }
    try {
      BigDecimal number = new BigDecimal(text).stripTrailingZeros();
      if (number.precision() - number.scale() > DIGITS_MAX) {
        throw invalid(field);
      }
      BigInteger whole = number.toBigIntegerExact();
      if (!fits(whole, field)) {
        throw invalid(field);
      }
      return whole;
    } catch (ArithmeticException | NumberFormatException e) {
      throw invalid(field);
    }
  }

  private static boolean fits(BigInteger number, FieldDescriptor field) {
    int bits = field.getJavaType() == FieldDescriptor.JavaType.INT ? 32 : 64;
    return kind(field).startsWith("u")
        ? number.signum() >= 0 && number.bitLength() <= bits
        : number.bitLength() < bits;
  }

  /** Names that only another version knows are ignored, as unknown fields are. */
  private @Nullable EnumValueDescriptor enumeration(FieldDescriptor field)
      throws IOException, MalformedException {
    return switch (json.currentToken()) {
      case VALUE_STRING -> field.getEnumType().findValueByName(json.getText());
      case VALUE_NUMBER_INT ->
          field.getEnumType().findValueByNumberCreatingIfUnknown(integer(field).intValue());
      default -> throw invalid(field);
    };
  }

  private MalformedException invalid(FieldDescriptor field) throws IOException {
    return new MalformedException(
        "proto: %s: invalid value for %s field %s: %s"
            .formatted(position(), kind(field), field.getJsonName(), raw()));
  }

  private MalformedException unexpected() throws IOException {
    return new MalformedException(
        "proto: syntax error %s: unexpected token %s".formatted(position(), raw()));
  }

  private static String kind(FieldDescriptor field) {
    return field.getType().name().toLowerCase(Locale.ROOT);
  }

  private String raw() throws IOException {
    return json.currentToken() == JsonToken.VALUE_STRING
        ? MessageJson.quote(json.getText())
        : json.getText();
  }

  private String position() {
    var at = json.currentTokenLocation();
    return "(line %d:%d)".formatted(at.getLineNr(), at.getColumnNr());
  }
}
