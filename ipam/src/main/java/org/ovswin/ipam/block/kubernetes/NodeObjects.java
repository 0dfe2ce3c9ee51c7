package org.ovswin.ipam.block.kubernetes;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.NodeUsage;
import org.ovswin.ipam.block.Registration;

/**
 * Nodes that come, say something new, and go.
 *
 * <p>A node goes in three steps, since its object and its blocks cannot be changed together: its
 * object is marked, and no claim of it succeeds from then on; the blocks that it holds then are
 * released; its object is deleted. Whoever finds the mark, also the node itself when it comes back,
 * does the rest first. A block that has changed since the mark is somebody else's business.
 */
final class NodeObjects {
  private static final int MAX_ROUNDS = 1_000;

  private final ApiServer server;
  private final InstantSource clock;

  NodeObjects(ApiServer server, InstantSource clock) {
    this.server = server;
    this.clock = clock;
  }

  Registration register(NodeRecord record) throws IOException {
    Optional<String> kubernetesNode = server.node(record.node()).map(KubernetesNode::uid);
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Optional<ApiObject> object = server.get(Kind.NODE, record.node());
      if (object.isEmpty()) {
        ApiObject created =
            ApiObject.of(Kind.NODE, record.node(), Records.spec(record, kubernetesNode));
        if (server.create(created) instanceof ApiServer.Write.Written) {
          return new Registration.Registered(record);
        }
        continue;
      }
      NodeRecord present = read(object.get());
      if (Records.isReleasing(object.get())) {
        var _ = finish(object.get());
        continue;
      }
      if (!present.owner().equals(record.owner())) {
        return new Registration.NameTaken(present, record.owner());
      }
      NodeRecord wanted = record.renewing(present);
      boolean same =
          wanted.equals(present) && Records.kubernetesNode(object.get()).equals(kubernetesNode);
      if (same
          || server.replace(object.get().withSpec(Records.spec(wanted, kubernetesNode)))
              instanceof ApiServer.Write.Written) {
        return new Registration.Registered(wanted);
      }
    }
    throw tooMany(record.node());
  }

  private static NodeRecord read(ApiObject object) throws IOException {
    try {
      return Records.node(object);
    } catch (IllegalArgumentException e) {
      throw new IOException(object + ": spec." + e.getMessage(), e);
    }
  }

  List<BlockRecord> release(String node) throws IOException {
    List<BlockRecord> ended = new ArrayList<>();
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Optional<ApiObject> object = server.get(Kind.NODE, node);
      if (object.isEmpty()) {
        // Blocks of a claim that was killed just before it saw that its node was gone.
        ended.addAll(releaseBlocks(node));
        return List.copyOf(ended);
      }
      Optional<ApiObject> marked = mark(object.get());
      if (marked.isPresent()) {
        ended.addAll(finish(marked.get()));
        return List.copyOf(ended);
      }
    }
    throw tooMany(node);
  }

  /**
   * As {@link #release}, if the node is still as it was read: else it is back, or somebody else
   * does it, and the result is empty.
   */
  Optional<List<BlockRecord>> releaseUnchanged(ApiObject node) throws IOException {
    Optional<ApiObject> marked = mark(node);
    return marked.isPresent() ? Optional.of(finish(marked.get())) : Optional.empty();
  }

  private Optional<ApiObject> mark(ApiObject node) throws IOException {
    if (Records.isReleasing(node)) {
      return Optional.of(node);
    }
    return switch (server.replace(Records.releasing(node))) {
      case ApiServer.Write.Written(ApiObject marked) -> Optional.of(marked);
      case ApiServer.Write.Conflict() -> Optional.empty();
    };
  }

  private List<BlockRecord> finish(ApiObject marked) throws IOException {
    List<BlockRecord> ended = releaseBlocks(marked.name());
    // A conflict: somebody else deleted it first.
    var _ = server.delete(marked);
    return ended;
  }

  private List<BlockRecord> releaseBlocks(String node) throws IOException {
    List<BlockRecord> ended = new ArrayList<>();
    for (ApiObject object : server.list(Kind.BLOCK).objects()) {
      Optional<BlockRecord> held =
          readable(object).filter(record -> record.isHeld() && record.node().equals(node));
      if (held.isPresent()) {
        BlockRecord released = held.get().released(clock.instant());
        if (end(server, object, released)) {
          ended.add(released);
        }
      }
    }
    return ended;
  }

  /**
   * Writes a block's end; whether that was done, also if the answer was lost on the way.
   *
   * @throws IOException if somebody else has the block by now: whether this call had ended it
   *     before that cannot be told any more, and it must not end what they have
   */
  static boolean end(ApiServer server, ApiObject object, BlockRecord released) throws IOException {
    if (server.replace(object.withSpec(Records.spec(released)))
        instanceof ApiServer.Write.Written) {
      return true;
    }
    Optional<BlockRecord> present =
        server.get(Kind.BLOCK, object.name()).flatMap(NodeObjects::readable);
    if (present.isPresent()
        && !(present.get().owner().equals(released.owner())
            && present.get().node().equals(released.node()))) {
      throw new IOException(
          "block "
              + released.block()
              + ": node "
              + present.get().node()
              + " has it by now (expected: node "
              + released.node()
              + ", until it was released; ask again, if that is still to be)");
    }
    return present.equals(Optional.of(released));
  }

  static Optional<BlockRecord> readable(ApiObject object) {
    try {
      return Optional.of(Records.block(object));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  void report(NodeUsage usage) throws IOException {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Optional<ApiObject> object = server.get(Kind.NODE, usage.node());
      // Of a node that is not registered nothing is known.
      if (object.isEmpty()
          || server.replaceStatus(object.get().withStatus(Records.status(usage)))
              instanceof ApiServer.Write.Written) {
        return;
      }
    }
    throw tooMany(usage.node());
  }

  List<NodeUsage> usages() throws IOException {
    return server.list(Kind.NODE).objects().stream()
        .flatMap(object -> Records.usage(object).stream())
        .toList();
  }

  private static IOException tooMany(String node) {
    return new IOException(
        "node " + node + ": changed " + MAX_ROUNDS + " times meanwhile (expected: fewer)");
  }
}
