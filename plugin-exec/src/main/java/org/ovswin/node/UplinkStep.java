package org.ovswin.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.ovswin.agent.AgentConfig;
import org.ovswin.node.uplink.Restored;
import org.ovswin.node.uplink.TakeoverException;
import org.ovswin.node.uplink.TakeoverRequest;
import org.ovswin.node.uplink.UplinkTakeover;
import org.ovswin.sandbox.EndpointException;
import org.ovswin.sandbox.linux.LinuxHostInterfaces;

/**
 * The adapter is a port of the bridge, where the configuration has one, and the gateway answers
 * through it. Taking it is recorded and watched first; then the agent is started, which moves it;
 * then {@link #settle} decides. Whatever happens meanwhile, the adapter is put back unless the
 * gateway was seen.
 */
final class UplinkStep implements Step {
  /** How long the agent may take to move the address. */
  private static final Duration MOVE_BOUND = Duration.ofSeconds(60);

  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private final Service service;
  private final OpenVSwitch openvswitch;
  private final NodePaths paths;
  private final Path record;
  private Optional<UplinkTakeover> underWay = Optional.empty();

  UplinkStep(Service service, OpenVSwitch openvswitch, NodePaths paths, Path record) {
    this.service = service;
    this.openvswitch = openvswitch;
    this.paths = paths;
    this.record = record;
  }

  @Override
  public String name() {
    return "uplink";
  }

  @Override
  public JsonNode before() {
    // The takeover's own record has it: it is what the watchdog works from.
    return JsonNodeFactory.instance.objectNode();
  }

  @Override
  public Done apply() throws IOException, NodeException {
    AgentConfig config = paths.config();
    Optional<AgentConfig.UplinkConfig> uplink = config.uplink();
    if (uplink.isEmpty()) {
      return Done.already("no adapter is taken: the host forwards");
    }
    String device = uplink.get().device();
    String bridge = config.openvswitch().bridge();
    try {
      if (UplinkTakeover.committed(record)) {
        return Done.already("%s is a port of %s".formatted(device, bridge));
      }
      if (Files.exists(record)) {
        // Of a run that was killed. The agent would take the adapter again meanwhile.
        stopAgent();
        UplinkTakeover.putBack(record);
      }
      UplinkTakeover takeover =
          UplinkTakeover.begin(
              TakeoverRequest.of(
                  device, record, bridge, openvswitch.socket(), service.stopCommand()));
      underWay = Optional.of(takeover);
      return Done.now(
          "%s is watched: it becomes a port of %s, or is put back".formatted(device, bridge));
    } catch (TakeoverException e) {
      throw new NodeException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * With the agent started, waits until the gateway answers through the bridge.
   *
   * @throws NodeException it does not, and the adapter is put back
   */
  void settle() throws NodeException {
    if (underWay.isEmpty()) {
      return;
    }
    UplinkTakeover takeover = underWay.get();
    underWay = Optional.empty();
    try {
      awaitMove(takeover.adapter().gateway(), paths.config().openvswitch().bridge());
      takeover.verify();
      takeover.commit();
    } catch (TakeoverException | NodeException | IOException e) {
      throw putBack(takeover, e);
    }
  }

  private NodeException putBack(UplinkTakeover takeover, Exception reason) {
    try {
      stopAgent();
      List<String> changes = takeover.rollback().changes();
      return new NodeException(
          "%s\nthe adapter was put back: %s"
              .formatted(reason.getMessage(), String.join(", ", changes)),
          reason);
    } catch (TakeoverException | NodeException | IOException e) {
      reason.addSuppressed(e);
      return new NodeException(
          "%s\nthe adapter could not be put back now: %s; run down, or %s"
              .formatted(reason.getMessage(), e.getMessage(), record.resolve("put-back.sh")),
          reason);
    }
  }

  private void stopAgent() throws IOException, NodeException {
    Command.run(service.stopCommand());
  }

  /**
   * Until the way to the gateway leads out of the bridge: the agent has moved address and routes.
   */
  private void awaitMove(InetAddress gateway, String bridge) throws IOException, NodeException {
    LinuxHostInterfaces interfaces = new LinuxHostInterfaces();
    long deadlineNanos = System.nanoTime() + MOVE_BOUND.toNanos();
    while (!leadsTo(interfaces, gateway, bridge)) {
      Optional<String> ended = service.ended();
      if (ended.isPresent() || System.nanoTime() - deadlineNanos > 0) {
        throw new NodeException(
            "the agent has not moved the address to %s: %s; %s"
                .formatted(
                    bridge,
                    ended.orElse("nothing within %d s".formatted(MOVE_BOUND.toSeconds())),
                    service.lastWords()));
      }
      Pause.of(LOOK_AGAIN);
    }
  }

  private static boolean leadsTo(
      LinuxHostInterfaces interfaces, InetAddress gateway, String bridge) {
    try {
      return interfaces.pathTo(gateway).filter(path -> path.device().equals(bridge)).isPresent();
    } catch (EndpointException e) {
      // No way at all, for the moment in which the routes are being moved.
      return false;
    }
  }

  @Override
  public Done undo(JsonNode before) throws IOException, NodeException {
    try {
      Restored restored = UplinkTakeover.putBack(record);
      return restored.changes().isEmpty()
          ? Done.already("no adapter was taken")
          : Done.now("put back: " + String.join(", ", restored.changes()));
    } catch (TakeoverException e) {
      throw new NodeException(String.valueOf(e.getMessage()), e);
    }
  }
}
