package dev.keelson.server.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/**
 * JSON as etcd's gateway reads and writes it: protobuf's JSON mapping with the field names of the
 * proto files, unknown fields ignored, nothing written that has its default.
 */
final class MessageJson {
  /** JSON is UTF-8; what looks like UTF-16 or UTF-32 is broken, as for Go. */
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonFactory.Feature.CHARSET_DETECTION).build();

  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();

  private MessageJson() {}

  /** A message without line breaks and blanks. */
  static String print(MessageOrBuilder message) {
    try {
      return PRINTER.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("only an Any can fail to be printed", e);
    }
  }

  /** A message as a part of a stream. */
  static String result(MessageOrBuilder message) {
    return "{\"result\":" + print(message) + "}";
  }

  /** A JSON string, in quotes. */
  static String quote(String text) {
    StringWriter out = new StringWriter();
    try (JsonGenerator generator = JSON.createGenerator(out)) {
      generator.writeString(text);
    } catch (IOException e) {
      throw new IllegalStateException("a string in memory cannot be written", e);
    }
    return out.toString();
  }

  /** What is wrong with a body; the message is for the client. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * Reads the messages of a body, which follow one another without separator. What comes after the
   * last one that was asked for is not looked at.
   */
  static final class Reader implements AutoCloseable {
    private final JsonParser parser;
    private final Message prototype;

    Reader(InputStream body, Message prototype) throws IOException {
      this.parser = JSON.createParser(body);
      this.prototype = prototype;
    }

    /**
     * The next message; null at the end of the body.
     *
     * @throws MalformedException if it is no message
     * @throws IOException if the body cannot be read
     */
    @Nullable Message next() throws MalformedException, IOException {
      try {
        JsonToken first = parser.nextToken();
        if (first == null) {
          return null;
        }
        if (first != JsonToken.START_OBJECT) {
          throw new MalformedException(
              "proto: syntax error (line 1:1): unexpected token "
                  + (first == JsonToken.VALUE_STRING ? quote(parser.getText()) : parser.getText()));
        }
        Message.Builder message = prototype.newBuilderForType();
        new MessageParser(parser).into(message);
        return message.build();
      } catch (JsonEOFException e) {
        throw new MalformedException("unexpected EOF");
      } catch (JsonParseException e) {
        throw new MalformedException(SyntaxErrors.text(e));
      }
    }

    @Override
    public void close() throws IOException {
      parser.close();
    }
  }
}
