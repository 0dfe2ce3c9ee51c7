package org.ovswin.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ovswin.sandbox.linux.LinuxReadyPorts;

/**
 * The bridge, which the agent makes. {@code down} removes it once the agent has ended, from the
 * database as well, which outlives Open vSwitch's daemons.
 */
final class BridgeStep implements Step {
  private final OpenVSwitch openvswitch;
  private final NodePaths paths;

  BridgeStep(OpenVSwitch openvswitch, NodePaths paths) {
    this.openvswitch = openvswitch;
    this.paths = paths;
  }

  @Override
  public String name() {
    return "bridge";
  }

  @Override
  public JsonNode before() throws IOException, NodeException {
    String bridge = paths.config().openvswitch().bridge();
    if (openvswitch.bridges().contains(bridge) && !openvswitch.isOurs(bridge)) {
      throw new NodeException(
          "%s: Open vSwitch has a bridge of this name that no agent made (expected: none); name another one in openvswitch.bridge of %s"
              .formatted(bridge, paths.configFile()));
    }
    return JsonNodeFactory.instance.objectNode().put("bridge", bridge);
  }

  @Override
  public Done apply() throws IOException, NodeException {
    String bridge = paths.config().openvswitch().bridge();
    return openvswitch.bridges().contains(bridge)
        ? Done.already(bridge)
        : Done.now(bridge + ", which the agent makes");
  }

  @Override
  public Done undo(JsonNode before) throws IOException, NodeException {
    String bridge = before.path("bridge").asText();
    if (!openvswitch.isUp()) {
      if (!Files.exists(Path.of("/etc/openvswitch/conf.db"))) {
        return Done.already(bridge + " is not there");
      }
      // It is in the database still, and would come back with the daemons.
      openvswitch.start();
    }
    if (!openvswitch.bridges().contains(bridge)) {
      return Done.already(bridge + " is not there");
    }
    if (!openvswitch.isOurs(bridge)) {
      return Done.left(bridge + " is not ours, no agent made it");
    }
    openvswitch.delete(bridge);
    LinuxReadyPorts.removeAll(bridge);
    return Done.now("removed " + bridge);
  }
}
