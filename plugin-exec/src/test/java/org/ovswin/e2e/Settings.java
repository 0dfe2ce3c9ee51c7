package org.ovswin.e2e;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Edits of an agent's configuration file, as tests start from the lab's. */
final class Settings {
  private static final String RANGES = "ranges: [{cidr: 10.244.0.0/16, blockPrefixLength: 24}]";

  private Settings() {}

  /**
   * Other ranges of the cluster.
   *
   * @param ranges each as {@code 10.244.0.0/16 /24}: the range and the length of a node's block
   */
  static UnaryOperator<String> ranges(String... ranges) {
    StringBuilder list = new StringBuilder("ranges: [");
    for (String range : ranges) {
      String[] parts = range.split(" /", 2);
      list.append("{cidr: \"%s\", blockPrefixLength: %s}, ".formatted(parts[0], parts[1]));
    }
    String wanted = list.append("]").toString().replace(", ]", "]");
    return text -> replaced(text, RANGES, wanted);
  }

  /** How long a released block is kept for the node that had it, such as {@code 10m}. */
  static UnaryOperator<String> releaseGrace(String grace) {
    return text -> replaced(text, "cluster:\n", "cluster:\n  releaseGrace: " + grace + "\n");
  }

  /** Records in etcd instead of the lab's directory. */
  static UnaryOperator<String> etcd(List<String> endpoints) {
    String quoted =
        endpoints.stream().map(each -> '"' + each + '"').collect(Collectors.joining(", "));
    return text ->
        text.replaceFirst("store: \\{file: [^}]*}", "store: {etcd: {endpoints: [" + quoted + "]}}");
  }

  /** The section {@code ipam}, in YAML's flow style. */
  static UnaryOperator<String> ipam(String section) {
    return text -> text + "ipam: " + section + "\n";
  }

  /** One edit after the other. */
  @SafeVarargs
  static UnaryOperator<String> all(UnaryOperator<String>... edits) {
    return text -> {
      String edited = text;
      for (UnaryOperator<String> edit : edits) {
        edited = edit.apply(edited);
      }
      return edited;
    };
  }

  private static String replaced(String text, String there, String wanted) {
    if (!text.contains(there)) {
      throw new IllegalArgumentException(
          "configuration: %s (expected: a text with %s)".formatted(text, there));
    }
    return text.replace(there, wanted);
  }
}
