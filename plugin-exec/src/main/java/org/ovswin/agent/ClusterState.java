package org.ovswin.agent;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.StoreHealth;

/**
 * How the node stands with the cluster's store.
 *
 * @param description kind and place of the store, no secrets
 * @param health whether it answers
 * @param refused families of which the node gets no further block, with the store's reason
 * @param closed blocks that are in its database and somebody else's in the store, with the reason
 * @param problems what else is wrong, each a sentence
 */
record ClusterState(
    String description,
    StoreHealth health,
    Map<Family, String> refused,
    Map<IpPrefix, String> closed,
    List<String> problems) {
  ClusterState {
    refused = Map.copyOf(refused);
    closed = Map.copyOf(closed);
    problems = List.copyOf(problems);
  }

  /** Since when and why the store does not answer, where it does not. */
  Optional<String> outage() {
    return switch (health) {
      case StoreHealth.Reachable _ -> Optional.empty();
      case StoreHealth.Unreachable(var since, String reason) ->
          Optional.of(
              "the cluster's store ("
                  + description
                  + ") is unreachable since "
                  + since
                  + ": "
                  + reason);
    };
  }
}
