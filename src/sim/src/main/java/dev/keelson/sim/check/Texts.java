package dev.keelson.sim.check;

import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import com.google.protobuf.TextFormat;

/** Messages in one line each, for people. */
final class Texts {
  private Texts() {}

  static String of(MessageLite message) {
    String name = message.getClass().getSimpleName();
    return message instanceof Message full
        ? name + "{" + TextFormat.printer().emittingSingleLine(true).printToString(full) + "}"
        : name;
  }
}
