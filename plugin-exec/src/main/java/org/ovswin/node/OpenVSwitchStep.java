package org.ovswin.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Open vSwitch runs. One that ran before goes on after {@code down}. */
final class OpenVSwitchStep implements Step {
  private final OpenVSwitch openvswitch;

  OpenVSwitchStep(OpenVSwitch openvswitch) {
    this.openvswitch = openvswitch;
  }

  @Override
  public String name() {
    return "openvswitch";
  }

  @Override
  public JsonNode before() throws IOException, NodeException {
    ObjectNode before = JsonNodeFactory.instance.objectNode();
    before.put("running", openvswitch.isUp());
    for (Path directory : openvswitch.directories()) {
      if (!Files.exists(directory)) {
        before.withArray("made").add(directory.toString());
      }
      for (Path file : filesIn(directory)) {
        before.withArray("files").add(file.toString());
      }
    }
    return before;
  }

  @Override
  public Done apply() throws IOException, NodeException {
    if (openvswitch.isUp()) {
      return Done.already("runs, at " + openvswitch.socket());
    }
    openvswitch.start();
    return Done.now("started, at " + openvswitch.socket());
  }

  @Override
  public Done undo(JsonNode before) throws IOException, NodeException {
    if (before.path("running").asBoolean()) {
      return Done.left("ran before");
    }
    boolean runs = openvswitch.isDatabaseUp();
    if (runs) {
      List<String> others = openvswitch.bridges();
      if (!others.isEmpty()) {
        return Done.left("goes on: it has bridges of others, " + String.join(", ", others));
      }
    }
    if (runs || openvswitch.isSwitchUp()) {
      openvswitch.stop();
    }
    // A database without bridges and the logs of daemons that ran for us.
    Set<String> there = new HashSet<>();
    before.path("files").forEach(file -> there.add(file.asText()));
    for (Path directory : openvswitch.directories()) {
      for (Path file : filesIn(directory)) {
        if (!there.contains(file.toString())) {
          Files.deleteIfExists(file);
        }
      }
    }
    PlacedFile.removeMade(before);
    return runs ? Done.now("stopped") : Done.already("is not running");
  }

  private static List<Path> filesIn(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    try (Stream<Path> all = Files.list(directory)) {
      all.filter(file -> !Files.isDirectory(file)).forEach(found::add);
    }
    return found;
  }
}
