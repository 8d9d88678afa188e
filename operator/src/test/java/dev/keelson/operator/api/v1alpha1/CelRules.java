package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates the {@code x-kubernetes-validations} of a generated definition as an API server does:
 * each rule at its place in the schema, and a rule that names {@code oldSelf} only on a change.
 */
final class CelRules {
  private static final Cel CEL =
      CelFactory.standardCelBuilder()
          .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
          .addVar("self", SimpleType.DYN)
          .addVar("oldSelf", SimpleType.DYN)
          .addVar("object", SimpleType.DYN)
          .addVar("oldObject", SimpleType.DYN)
          .addFunctionDeclarations(
              CelFunctionDecl.newFunctionDeclaration(
                  "quantity",
                  CelOverloadDecl.newGlobalOverload(
                      "string_to_quantity", SimpleType.DOUBLE, SimpleType.STRING)),
              CelFunctionDecl.newFunctionDeclaration(
                  "compareTo",
                  CelOverloadDecl.newMemberOverload(
                      "quantity_compare", SimpleType.INT, SimpleType.DOUBLE, SimpleType.DOUBLE)))
          .addFunctionBindings(
              CelFunctionBinding.from(
                  "string_to_quantity",
                  String.class,
                  text -> Quantity.parse(text).getNumericalAmount().doubleValue()),
              CelFunctionBinding.from(
                  "quantity_compare",
                  Double.class,
                  Double.class,
                  (left, right) -> (long) Double.compare(left, right)))
          .build();

  private final JsonNode schema;

  private CelRules(JsonNode schema) {
    this.schema = schema;
  }

  static CelRules of(String definition) throws IOException {
    Path file = Path.of(System.getProperty("crds.generated"), definition + ".keelson.dev-v1.yml");
    JsonNode root = Serialization.unmarshal(Files.readString(file), JsonNode.class);
    return new CelRules(root.at("/spec/versions/0/schema/openAPIV3Schema"));
  }

  /** Messages of the rules that a resource breaks; {@code old} is null when it is made. */
  List<String> broken(Object resource, @Nullable Object old) {
    List<String> messages = new ArrayList<>();
    walk(schema, plain(tree(resource)), old == null ? null : plain(tree(old)), messages);
    return messages;
  }

  private static JsonNode tree(Object resource) {
    return Serialization.unmarshal(Serialization.asJson(resource), JsonNode.class);
  }

  private static void walk(
      JsonNode schema, Object self, @Nullable Object old, List<String> messages) {
    for (JsonNode rule : schema.path("x-kubernetes-validations")) {
      String expression = rule.get("rule").asText();
      boolean transition = expression.contains("oldSelf");
      if ((!transition || old != null) && !holds(expression, self, old)) {
        messages.add(rule.get("message").asText());
      }
    }
    if (self instanceof Map<?, ?> map) {
      schema
          .path("properties")
          .properties()
          .forEach(
              property -> {
                Object value = map.get(property.getKey());
                if (value != null) {
                  Object before =
                      old instanceof Map<?, ?> oldMap ? oldMap.get(property.getKey()) : null;
                  walk(property.getValue(), value, before, messages);
                }
              });
    }
  }

  private static boolean holds(String expression, Object self, @Nullable Object old) {
    Map<String, Object> variables = new HashMap<>();
    variables.put("self", self);
    if (old != null) {
      variables.put("oldSelf", old);
    }
    return holds(expression, variables);
  }

  /**
   * Whether an admission policy's expression lets a resource in, which it knows as {@code name}.
   */
  static boolean admits(String expression, String name, Object resource) {
    return holds(expression, Map.of(name, plain(tree(resource))));
  }

  private static boolean holds(String expression, Map<String, Object> variables) {
    try {
      return (Boolean) CEL.createProgram(CEL.compile(expression).getAst()).eval(variables);
    } catch (CelValidationException | CelEvaluationException e) {
      throw new AssertionError(expression, e);
    }
  }

  private static Object plain(JsonNode node) {
    if (node.isObject()) {
      Map<String, Object> map = new HashMap<>();
      node.properties().forEach(field -> map.put(field.getKey(), plain(field.getValue())));
      return map;
    }
    if (node.isArray()) {
      List<Object> list = new ArrayList<>();
      node.forEach(element -> list.add(plain(element)));
      return list;
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    return node.isIntegralNumber() ? (Object) node.longValue() : node.asText();
  }
}
