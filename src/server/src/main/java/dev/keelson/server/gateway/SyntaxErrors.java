package dev.keelson.server.gateway;

import com.fasterxml.jackson.core.JsonParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is wrong with the syntax of a body, in the words of Go's {@code encoding/json}, which etcd's
 * clients get to see: {@code invalid character 'k' looking for beginning of object key string}. The
 * few that name a place only Go knows keep Jackson's words.
 */
final class SyntaxErrors {
  private static final Pattern CHARACTER =
      Pattern.compile(
          "(?s)(?:Unexpected character|Illegal (?:unquoted )?character) "
              + "\\(.*?code (\\d+)[^)]*\\)+(.*)");
  private static final Pattern ESCAPE =
      Pattern.compile("(?s)Unrecognized character escape .*?\\(?(?:CTRL-CHAR, )?code (\\d+).*");
  private static final Pattern TOKEN = Pattern.compile("(?s)Unrecognized token '([^']+)'.*");

  /** What Jackson says of the place, and what Go does. */
  private static final Map<String, String> PLACES = new LinkedHashMap<>();

  static {
    PLACES.put("double-quote to start field name", "looking for beginning of object key string");
    PLACES.put("a colon to separate field name", "after object key");
    PLACES.put("comma to separate Object entries", "after object key:value pair");
    PLACES.put("comma to separate Array entries", "after array element");
    PLACES.put("to follow minus sign", "in numeric literal");
    PLACES.put("Decimal point not followed", "after decimal point in numeric literal");
    PLACES.put("Exponent indicator not followed", "in exponent of numeric literal");
    PLACES.put("has to be escaped", "in string literal");
    PLACES.put("expected a valid value", "looking for beginning of value");
    PLACES.put("expected a value", "looking for beginning of value");
    PLACES.put("only regular white space", "looking for beginning of value");
  }

  private SyntaxErrors() {}

  static String text(JsonParseException error) {
    String message = error.getOriginalMessage();
    Matcher character = CHARACTER.matcher(message);
    if (character.matches()) {
      for (Map.Entry<String, String> place : PLACES.entrySet()) {
        if (character.group(2).contains(place.getKey())) {
          return invalid(Integer.parseInt(character.group(1)), place.getValue());
        }
      }
    }
    Matcher escape = ESCAPE.matcher(message);
    if (escape.matches()) {
      return invalid(Integer.parseInt(escape.group(1)), "in string escape code");
    }
    Matcher token = TOKEN.matcher(message);
    if (token.matches()) {
      return literal(token.group(1), message);
    }
    return message;
  }

  /** A word that is none of the three. */
  private static String literal(String word, String otherwise) {
    for (String known : new String[] {"true", "false", "null"}) {
      if (word.charAt(0) == known.charAt(0)) {
        for (int i = 1; i < Math.min(word.length(), known.length()); i++) {
          if (word.charAt(i) != known.charAt(i)) {
            return invalid(
                word.charAt(i), "in literal %s (expecting '%c')".formatted(known, known.charAt(i)));
          }
        }
        return otherwise;
      }
    }
    return invalid(word.charAt(0), "looking for beginning of value");
  }

  private static String invalid(int character, String place) {
    return "invalid character " + quoted(character) + " " + place;
  }

  /** As Go quotes a character. */
  private static String quoted(int character) {
    return switch (character) {
      case '\'' -> "'\\''";
      case '\\' -> "'\\\\'";
      case '\n' -> "'\\n'";
      case '\r' -> "'\\r'";
      case '\t' -> "'\\t'";
      default ->
          character < ' ' || character == 0x7f
              ? "'\\x%02x'".formatted(character)
              : "'" + Character.toString(character) + "'";
    };
  }
}
