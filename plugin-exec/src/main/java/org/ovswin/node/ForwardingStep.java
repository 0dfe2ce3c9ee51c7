package org.ovswin.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.ovswin.sandbox.EndpointException;

/**
 * What the agent has the host's stack do for pods: its rules of nftables, its routes to peers, and
 * the kernel's settings for forwarding. Each of the two switches of these changes settings of every
 * device with it (ip-sysctl), so all of them are remembered, and put back after the switches.
 */
final class ForwardingStep implements Step {
  /** Switches, in the order in which they are put back. */
  private static final List<String> SWITCHES =
      List.of("ipv4/ip_forward", "ipv6/conf/all/forwarding");

  /** Of every device; what the switches change. */
  private static final List<String> PER_DEVICE =
      List.of(
          "ipv4/conf/%s/forwarding",
          "ipv4/conf/%s/accept_redirects", "ipv6/conf/%s/forwarding", "ipv6/conf/%s/accept_ra");

  private final Path root;
  private final HostRules rules;

  /** Takes away what agents have put into the kernel for all pods together. */
  interface HostRules {
    void remove() throws EndpointException;
  }

  /**
   * @param root {@code /proc/sys/net}
   */
  ForwardingStep(Path root, HostRules rules) {
    this.root = root;
    this.rules = rules;
  }

  @Override
  public String name() {
    return "forwarding";
  }

  @Override
  public JsonNode before() throws IOException {
    ObjectNode before = JsonNodeFactory.instance.objectNode();
    for (String key : keys()) {
      Path file = root.resolve(key);
      if (Files.exists(file)) {
        before.put(key, Files.readString(file).strip());
      }
    }
    return before;
  }

  private List<String> keys() throws IOException {
    List<String> keys = new ArrayList<>(SWITCHES);
    for (String family : List.of("ipv4", "ipv6")) {
      Path devices = root.resolve(family).resolve("conf");
      if (!Files.isDirectory(devices)) {
        continue;
      }
      try (Stream<Path> all = Files.list(devices)) {
        all.map(device -> device.getFileName().toString())
            .sorted()
            .flatMap(
                device ->
                    PER_DEVICE.stream()
                        .filter(key -> key.startsWith(family))
                        .map(key -> key.formatted(device)))
            .filter(key -> !SWITCHES.contains(key))
            .forEach(keys::add);
      }
    }
    return keys;
  }

  @Override
  public Done apply() {
    return Done.already("settings are remembered; the agent switches on what it needs");
  }

  @Override
  public Done undo(JsonNode before) throws IOException, NodeException {
    try {
      rules.remove();
    } catch (EndpointException e) {
      throw new NodeException(
          "nftables or routes: %s; nft delete table inet ovs-win and ip route show proto 111 help to do it by hand"
              .formatted(e.getMessage()),
          e);
    }
    List<String> changed = new ArrayList<>();
    // Twice: a switch that is put back changes devices that were right already.
    for (int round = 0; round < 2; round++) {
      for (var entry : before.properties()) {
        Path file = root.resolve(entry.getKey());
        String value = entry.getValue().asText();
        try {
          if (!Files.readString(file).strip().equals(value)) {
            Files.writeString(file, value);
            changed.add(entry.getKey().replace('/', '.') + "=" + value);
          }
        } catch (NoSuchFileException e) {
          // The device is gone, and its settings with it.
        }
      }
    }
    return changed.isEmpty()
        ? Done.already("is as it was, without rules and routes of ours")
        : Done.now(
            "removed rules and routes of ours, put back "
                + String.join(" ", changed.stream().distinct().toList()));
  }
}
