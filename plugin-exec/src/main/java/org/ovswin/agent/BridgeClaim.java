package org.ovswin.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.ovswin.ovsdb.vswitch.BridgeRow;
import org.ovswin.ovsdb.vswitch.VswitchChange;
import org.ovswin.ovsdb.vswitch.VswitchSnapshot;

/**
 * Whose a bridge is, as its row says: two agents on one bridge would each delete the other's ports
 * and flows. The mark outlives its agent, because the pods of one that is down go on.
 *
 * <p>An agent with the same node name is another one if its state directory is: it knows other
 * leases. Where the directory that the mark names has not that identity any more, nobody can come
 * back to the bridge, and it is taken over.
 */
final class BridgeClaim {
  /** Keys of external_ids, beside {@link Plan#NODE}. */
  static final String OWNER = "ovs-win-owner";

  static final String STATE = "ovs-win-state";

  private final String bridge;
  private final String node;
  private final UUID owner;
  private final Path state;

  BridgeClaim(AgentConfig config, UUID owner) {
    this.bridge = config.openvswitch().bridge();
    this.node = config.node();
    this.owner = owner;
    this.state = config.stateDirectory().toAbsolutePath().normalize();
  }

  /** Why the bridge is not this agent's, in words for whoever runs it. */
  Optional<String> obstacle(VswitchSnapshot replica) {
    BridgeRow row = replica.bridges().get(bridge);
    if (row == null) {
      return Optional.empty();
    }
    Optional<String> otherNode =
        Optional.ofNullable(row.externalIds().get(Plan.NODE)).filter(name -> !name.equals(node));
    Optional<String> otherState =
        Optional.ofNullable(row.externalIds().get(OWNER))
            .filter(id -> !id.equals(owner.toString()))
            .flatMap(id -> livingState(id, row.externalIds().get(STATE)));
    if (otherNode.isEmpty() && otherState.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        ("openvswitch.bridge: %s is that of node %s%s (expected: one that no other agent has; to"
                + " take it over with its pods' ports, stop that agent for good and run: ovs-vsctl"
                + " remove bridge %s external_ids %s %s %s)")
            .formatted(
                bridge,
                otherNode.orElse(node),
                otherState.map(path -> ", whose state is in " + path).orElse(""),
                bridge,
                Plan.NODE,
                OWNER,
                STATE));
  }

  /** The state directory of that agent, if it still is that agent's. */
  private static Optional<String> livingState(String id, @Nullable String directory) {
    if (directory == null) {
      return Optional.empty();
    }
    try {
      String there =
          Files.readString(Path.of(directory).resolve(Owner.FILE), StandardCharsets.UTF_8).strip();
      return there.equals(id) ? Optional.of(directory) : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The same changes, with the mark on the bridge. */
  List<VswitchChange> marked(List<VswitchChange> changes) {
    List<VswitchChange> marked = new ArrayList<>(changes.size());
    for (VswitchChange change : changes) {
      if (change instanceof VswitchChange.PutBridge put && put.bridge().name().equals(bridge)) {
        Map<String, String> ids = new HashMap<>(put.bridge().externalIds());
        ids.put(OWNER, owner.toString());
        ids.put(STATE, state.toString());
        marked.add(new VswitchChange.PutBridge(put.bridge().withExternalIds(ids)));
      } else {
        marked.add(change);
      }
    }
    return marked;
  }
}
