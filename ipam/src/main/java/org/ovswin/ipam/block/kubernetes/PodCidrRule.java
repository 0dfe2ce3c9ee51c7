package org.ovswin.ipam.block.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;

/**
 * Which blocks a node may claim, given what the controller manager hands out. Pure.
 *
 * @param own the Node of the node that claims, if the cluster has one
 */
record PodCidrRule(PodCidrs policy, ClusterRanges ranges, Optional<KubernetesNode> own) {

  /** What the node's own Node says. */
  sealed interface Own {
    /** These blocks and, of the controller manager's ranges, no others. */
    record Given(List<IpPrefix> blocks) implements Own {}

    /** Nothing about this family. */
    record None() implements Own {}

    /** Nothing can be claimed. */
    record Denied(String reason) implements Own {}
  }

  Own own(Family family) {
    if (own.isEmpty()) {
      return new Own.None();
    }
    KubernetesNode node = own.get();
    List<IpPrefix> blocks = new ArrayList<>();
    for (String cidr : node.podCidrs()) {
      Optional<IpPrefix> block = parse(cidr);
      if (block.isEmpty()) {
        return denied(node, cidr);
      }
      if (Family.of(block.get()) == family) {
        if (!ranges.isBlock(block.get())) {
          return denied(node, cidr);
        }
        blocks.add(block.get());
      }
    }
    if (!blocks.isEmpty()) {
      return new Own.Given(List.copyOf(blocks));
    }
    return policy == PodCidrs.REQUIRED && !ranges.of(family).ranges().isEmpty()
        ? new Own.Denied(noneYet(family))
        : new Own.None();
  }

  private Own denied(KubernetesNode node, String cidr) {
    return new Own.Denied(
        "Node "
            + node.name()
            + ": podCIDR "
            + cidr
            + " (expected: one of the blocks of "
            + ranges
            + "; give the cluster the range of --cluster-cidr, in blocks of"
            + " --node-cidr-mask-size)");
  }

  /** The ranges of a family that no podCIDR lies in: those are handed out by claims alone. */
  ClusterRanges free(Family family, List<KubernetesNode> nodes) {
    List<ClusterRange> free = new ArrayList<>(ranges.of(family).ranges());
    for (KubernetesNode node : nodes) {
      for (String cidr : node.podCidrs()) {
        parse(cidr).ifPresent(prefix -> free.removeIf(range -> range.prefix().overlaps(prefix)));
      }
    }
    return new ClusterRanges(free);
  }

  /** Why nothing can be claimed where all ranges are the controller manager's. */
  String reason(Family family) {
    List<String> given = own.map(KubernetesNode::podCidrs).orElse(List.of());
    boolean hasOne =
        given.stream().flatMap(cidr -> parse(cidr).stream()).anyMatch(p -> Family.of(p) == family);
    return hasOne
        ? "Node "
            + own.get().name()
            + ": podCIDRs "
            + given
            + " are all that the controller manager gives it of "
            + ranges.of(family)
            + " (expected: a range of its own for further blocks: ovs-win ipam range add, outside"
            + " of --cluster-cidr; or larger blocks by --node-cidr-mask-size)"
        : noneYet(family);
  }

  private String noneYet(Family family) {
    return own.map(node -> "Node " + node.name() + ": spec.podCIDRs has no")
            .orElse("no Node of this name, so there is no")
        + (family == Family.IPV4 ? " IPv4" : " IPv6")
        + " block yet, and the controller manager hands out "
        + ranges.of(family)
        + " (expected: its block in spec.podCIDRs; see --allocate-node-cidrs)";
  }

  private static Optional<IpPrefix> parse(String cidr) {
    try {
      return Optional.of(IpPrefix.parse(cidr));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
