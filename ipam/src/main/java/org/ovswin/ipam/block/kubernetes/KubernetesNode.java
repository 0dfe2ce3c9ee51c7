package org.ovswin.ipam.block.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What is read of a Node, the cluster's own record of a node.
 *
 * @param podCidrs as spec.podCIDRs has them (at most one of each family), or the older spec.podCIDR
 */
record KubernetesNode(String name, String uid, List<String> podCidrs) {
  KubernetesNode {
    podCidrs = List.copyOf(podCidrs);
  }

  static KubernetesNode read(JsonNode json) {
    JsonNode spec = json.path("spec");
    List<String> podCidrs = new ArrayList<>();
    spec.path("podCIDRs").forEach(cidr -> podCidrs.add(cidr.asText()));
    String single = spec.path("podCIDR").asText("");
    if (podCidrs.isEmpty() && !single.isEmpty()) {
      podCidrs.add(single);
    }
    JsonNode metadata = json.path("metadata");
    return new KubernetesNode(
        metadata.path("name").asText(), metadata.path("uid").asText(), podCidrs);
  }
}
