package org.ovswin.ipam.block.kubernetes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClaimStep;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.StoreOptions;

/**
 * One claim, from the first look to its answer.
 *
 * <p>The lock is one object: it is created, which fails if its name is there, or replaced at the
 * version that it was read at. Two things beside it must still be so when it is written, and the
 * API server has no transaction over several objects: the node is registered, and the range is the
 * cluster's. So both are read again after the object is written. If one is gone, the object is put
 * back as it was. Whoever takes one of them away does so first and looks at the blocks then: one of
 * the two sees the other.
 *
 * <p>Used by one thread, once.
 */
final class BlockClaim {
  /** More rounds than there are clients that could be first in each of them. */
  private static final int MAX_ROUNDS = 10_000;

  private final ApiServer server;
  private final ClusterObject cluster;
  private final StoreOptions options;
  private final PodCidrs podCidrs;
  private final String node;
  private final UUID owner;

  private final Map<String, ApiObject> blocks = new HashMap<>();
  private Optional<KubernetesNode> own = Optional.empty();
  private @Nullable List<KubernetesNode> kubernetesNodes;

  BlockClaim(
      ApiServer server,
      ClusterObject cluster,
      StoreOptions options,
      PodCidrs podCidrs,
      String node,
      UUID owner) {
    this.server = server;
    this.cluster = cluster;
    this.options = options;
    this.podCidrs = podCidrs;
    this.node = node;
    this.owner = owner;
  }

  Claim run(Family family, int count) throws IOException {
    return run(view -> next(view, family, count));
  }

  Claim run(IpPrefix block) throws IOException {
    return run(view -> next(view, block));
  }

  private ClaimStep next(ClusterView view, Family family, int count) throws IOException {
    ClaimStep anywhere = step(view, family, count);
    if (anywhere instanceof ClaimStep.Done(Claim claim)
        && (claim instanceof Claim.NameTaken || claim instanceof Claim.Denied)) {
      return anywhere;
    }
    PodCidrRule rule = new PodCidrRule(podCidrs, view.ranges(), own);
    switch (rule.own(family)) {
      case PodCidrRule.Own.Denied(String reason) -> {
        return denied(reason);
      }
      case PodCidrRule.Own.Given(List<IpPrefix> given) -> {
        for (IpPrefix block : given) {
          ClaimStep step = step(view, block);
          if (!(step instanceof ClaimStep.Done(Claim claim) && claim instanceof Claim.Claimed)) {
            return step;
          }
        }
      }
      case PodCidrRule.Own.None() -> {}
    }
    if (anywhere instanceof ClaimStep.Done(Claim claim) && claim instanceof Claim.Claimed) {
      return anywhere;
    }
    ClusterRanges free = rule.free(family, kubernetesNodes());
    if (free.equals(view.ranges().of(family))) {
      return anywhere;
    }
    return free.ranges().isEmpty()
        ? denied(rule.reason(family))
        : step(
            new ClusterView(free, view.nodes(), view.blocks(), view.unreadable()), family, count);
  }

  private ClaimStep next(ClusterView view, IpPrefix block) throws IOException {
    ClaimStep step = step(view, block);
    if (step instanceof ClaimStep.Done) {
      return step;
    }
    Family family = Family.of(block);
    PodCidrRule rule = new PodCidrRule(podCidrs, view.ranges(), own);
    return switch (rule.own(family)) {
      case PodCidrRule.Own.Denied(String reason) -> denied(reason);
      case PodCidrRule.Own.Given(List<IpPrefix> given) when given.contains(block) -> step;
      case PodCidrRule.Own.Given _, PodCidrRule.Own.None _ ->
          rule.free(family, kubernetesNodes()).isBlock(block) ? step : denied(rule.reason(family));
    };
  }

  private ClaimStep step(ClusterView view, Family family, int count) {
    return ClaimStep.next(
        view, node, owner, family, count, options.clock().instant(), options.grace());
  }

  private ClaimStep step(ClusterView view, IpPrefix block) {
    return ClaimStep.next(view, node, owner, block, options.clock().instant(), options.grace());
  }

  private static ClaimStep denied(String reason) {
    return new ClaimStep.Done(new Claim.Denied(reason));
  }

  private interface Decision {
    ClaimStep next(ClusterView view) throws IOException;
  }

  private Claim run(Decision decision) throws IOException {
    ClusterView view = look();
    boolean asOneLook = true;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      switch (decision.next(view)) {
        case ClaimStep.Done(Claim claim) -> {
          if (asOneLook) {
            return claim;
          }
          // What was put together from several answers may never have been so at one time.
          view = look();
          asOneLook = true;
        }
        case ClaimStep.Take(BlockRecord record, Optional<BlockRecord> replaced) -> {
          view = take(view, record, replaced);
          asOneLook = false;
        }
      }
    }
    throw new IOException(
        "claim of node " + node + ": others were first " + MAX_ROUNDS + " times (expected: fewer)");
  }

  /** Returns what the next step is decided on, whether the block was got or not. */
  private ClusterView take(ClusterView view, BlockRecord record, Optional<BlockRecord> replaced)
      throws IOException {
    String name = BlockName.of(record.block());
    ApiObject present = blocks.get(name);
    ApiServer.Write write =
        present == null
            ? server.create(Records.created(record))
            : server.replace(present.withSpec(Records.spec(record)));
    return switch (write) {
      case ApiServer.Write.Written(ApiObject written) -> taken(view, record, replaced, written);
      case ApiServer.Write.Conflict() -> {
        // Only this block is looked at again: of many nodes that begin at once, each goes on to the
        // next block with one request.
        Optional<ApiObject> object = server.get(Kind.BLOCK, name);
        // Its own record: it was written, and the answer lost.
        yield object.flatMap(NodeObjects::readable).equals(Optional.of(record))
            ? taken(view, record, replaced, object.get())
            : seen(view, name, object);
      }
    };
  }

  private ClusterView taken(
      ClusterView view, BlockRecord record, Optional<BlockRecord> replaced, ApiObject written)
      throws IOException {
    ClusterView after =
        new ClusterView(
            cluster.read().ranges(), registered().nodes(), view.blocks(), view.unreadable());
    if (!permits(after, record)) {
      undo(written, record, replaced);
      return look();
    }
    return seen(after, written.name(), Optional.of(written));
  }

  private ClusterView seen(ClusterView view, String name, Optional<ApiObject> object) {
    if (object.isEmpty()) {
      blocks.remove(name);
      return view(view.ranges(), view);
    }
    blocks.put(name, object.get());
    try {
      return view.with(Records.block(object.get()));
    } catch (IllegalArgumentException e) {
      return view(view.ranges(), view);
    }
  }

  private void undo(ApiObject written, BlockRecord record, Optional<BlockRecord> replaced)
      throws IOException {
    ApiObject taken = written;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      ApiServer.Write write =
          replaced.isEmpty()
              ? server.delete(taken)
              : server.replace(taken.withSpec(Records.spec(replaced.get())));
      if (write instanceof ApiServer.Write.Written) {
        return;
      }
      Optional<ApiObject> present = server.get(Kind.BLOCK, written.name());
      if (!present.flatMap(NodeObjects::readable).equals(Optional.of(record))) {
        // Whoever took the node or the range away has seen to the block.
        return;
      }
      taken = present.get();
    }
  }

  private boolean permits(ClusterView view, BlockRecord record) {
    return view.ranges().isBlock(record.block())
        && view.node(node).filter(present -> present.owner().equals(owner)).isPresent();
  }

  private ClusterView look() throws IOException {
    ClusterRanges ranges = cluster.read().ranges();
    ClusterView registered = registered();
    own = server.node(node);
    kubernetesNodes = null;
    blocks.clear();
    server.list(Kind.BLOCK).objects().forEach(object -> blocks.put(object.name(), object));
    return view(ranges, registered);
  }

  private ClusterView view(ClusterRanges ranges, ClusterView nodes) {
    ClusterView view = Records.view(ranges, List.of(), blocks.values());
    return new ClusterView(ranges, nodes.nodes(), view.blocks(), view.unreadable());
  }

  /** A view of this node alone; empty if it is not registered or is about to go. */
  private ClusterView registered() throws IOException {
    Optional<ApiObject> object =
        server.get(Kind.NODE, node).filter(present -> !Records.isReleasing(present));
    return Records.view(
        new ClusterRanges(List.of()), object.map(List::of).orElse(List.of()), List.of());
  }

  private List<KubernetesNode> kubernetesNodes() throws IOException {
    if (kubernetesNodes == null) {
      kubernetesNodes = new ArrayList<>(server.nodes());
    }
    return kubernetesNodes;
  }
}
