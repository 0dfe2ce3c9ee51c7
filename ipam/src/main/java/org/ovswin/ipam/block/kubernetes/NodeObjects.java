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
 *
 * <p>A claim that is killed while its node goes leaves a block of a node that has no object. Such a
 * node gets one that is marked, and goes the same way: so it cannot come back in between and take
 * the block for its own.
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
      if (Records.isReleasing(object.get())) {
        var _ = finish(object.get());
        continue;
      }
      NodeRecord present = read(object.get());
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
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Optional<ApiObject> object = server.get(Kind.NODE, node);
      if (object.isEmpty() && heldBy(node).isEmpty()) {
        return List.of();
      }
      Optional<ApiObject> marked = object.isPresent() ? mark(object.get()) : createMarked(node);
      if (marked.isPresent()) {
        return finish(marked.get());
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

  /** As {@link #release}, of a node without an object; empty if it has one, or holds nothing. */
  Optional<List<BlockRecord>> releaseAbsent(String node) throws IOException {
    if (server.get(Kind.NODE, node).isPresent() || heldBy(node).isEmpty()) {
      return Optional.empty();
    }
    Optional<ApiObject> marked = createMarked(node);
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

  private Optional<ApiObject> createMarked(String node) throws IOException {
    return switch (server.create(Records.absent(node, clock.instant()))) {
      case ApiServer.Write.Written(ApiObject marked) -> Optional.of(marked);
      case ApiServer.Write.Conflict() -> Optional.empty();
    };
  }

  private List<BlockRecord> finish(ApiObject marked) throws IOException {
    List<BlockRecord> ended = new ArrayList<>();
    List<ApiObject> blocks = heldBy(marked.name());
    // After the blocks were read: if somebody else has done it all, the node may be back, and what
    // was read may be what it holds now.
    Optional<ApiObject> present = stillMarked(marked);
    if (present.isEmpty()) {
      return List.of();
    }
    for (ApiObject object : blocks) {
      BlockRecord released = Records.block(object).released(clock.instant());
      if (end(server, object, released)) {
        ended.add(released);
      }
    }
    for (int round = 0; round < MAX_ROUNDS && present.isPresent(); round++) {
      present =
          server.delete(present.get()) instanceof ApiServer.Write.Written
              ? Optional.empty()
              : stillMarked(marked);
    }
    return List.copyOf(ended);
  }

  /** The object as it is now, if nobody else has deleted it. */
  private Optional<ApiObject> stillMarked(ApiObject marked) throws IOException {
    return server
        .get(Kind.NODE, marked.name())
        .filter(present -> present.uid().equals(marked.uid()));
  }

  private List<ApiObject> heldBy(String node) throws IOException {
    return server.list(Kind.BLOCK).objects().stream()
        .filter(
            object ->
                readable(object)
                    .filter(record -> record.isHeld() && record.node().equals(node))
                    .isPresent())
        .toList();
  }

  /**
   * Writes a block's end; whether that was done, also if the answer was lost on the way.
   *
   * @throws IOException if somebody has claimed the block by now: whether this call had ended it
   *     before that cannot be told any more, and it must not end what they have
   */
  static boolean end(ApiServer server, ApiObject object, BlockRecord released) throws IOException {
    ApiObject held = object;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      if (server.replace(held.withSpec(Records.spec(released)))
          instanceof ApiServer.Write.Written) {
        return true;
      }
      Optional<ApiObject> present = server.get(Kind.BLOCK, object.name());
      Optional<BlockRecord> record = present.flatMap(NodeObjects::readable);
      if (record.isEmpty()) {
        return false;
      }
      if (!isSameTenure(record.get(), released)) {
        throw new IOException(
            "block "
                + released.block()
                + ": node "
                + record.get().node()
                + " has it by now (expected: node "
                + released.node()
                + ", until it was released; ask again, if that is still to be)");
      }
      if (!record.get().isHeld()) {
        return record.get().equals(released);
      }
      // Something else of the object has changed.
      held = present.get();
    }
    throw tooMany(released.node());
  }

  private static boolean isSameTenure(BlockRecord present, BlockRecord released) {
    return present.node().equals(released.node())
        && present.owner().equals(released.owner())
        && present.claimedAt().equals(released.claimedAt());
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
