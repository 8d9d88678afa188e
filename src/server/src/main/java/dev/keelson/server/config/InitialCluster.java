package dev.keelson.server.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The members a new cluster starts with: {@code name=url,name=url}. A member with several URLs
 * repeats its name.
 *
 * @param members peer URLs by member name, both in order
 */
public record InitialCluster(Map<String, List<Url>> members) {

  /** Copies {@code members} in name order. */
  public InitialCluster {
    TreeMap<String, List<Url>> sorted = new TreeMap<>();
    members.forEach((name, urls) -> sorted.put(name, List.copyOf(new TreeSet<>(urls))));
    members = Collections.unmodifiableMap(sorted);
  }

  /**
   * Reads the list.
   *
   * @throws IllegalArgumentException when an item has no URL or the URL is wrong
   */
  public static InitialCluster parse(String text) {
    TreeMap<String, List<Url>> members = new TreeMap<>();
    for (String item : text.split(",", -1)) {
      if (item.isBlank()) {
        continue;
      }
      int equals = item.indexOf('=');
      if (equals <= 0 || equals == item.length() - 1) {
        throw new IllegalArgumentException(
            "empty URL given for \"%s\"".formatted(equals < 0 ? item : item.substring(0, equals)));
      }
      String name = item.substring(0, equals).strip();
      if (name.isEmpty()) {
        throw new IllegalArgumentException("empty name given in \"%s\"".formatted(item));
      }
      members
          .computeIfAbsent(name, _ -> new ArrayList<>())
          .add(Url.parse(item.substring(equals + 1)));
    }
    return new InitialCluster(members);
  }

  @Override
  public String toString() {
    return members.entrySet().stream()
        .flatMap(member -> member.getValue().stream().map(url -> member.getKey() + "=" + url))
        .collect(Collectors.joining(","));
  }
}
