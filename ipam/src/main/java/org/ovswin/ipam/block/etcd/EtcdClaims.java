package org.ovswin.ipam.block.etcd;

import static org.ovswin.ipam.block.etcd.EtcdBlockStore.get;
import static org.ovswin.ipam.block.etcd.EtcdBlockStore.put;
import static org.ovswin.ipam.block.etcd.EtcdBlockStore.unchanged;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.ovswin.ipam.address.Family;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.Claim;
import org.ovswin.ipam.block.ClaimStep;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRecord;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NodeRecord;
import org.ovswin.ipam.block.RecordJson;
import org.ovswin.ipam.block.UnreadableRecord;

/**
 * Claims, so that a thousand nodes can make them at once.
 *
 * <p>A claim reads its node's records, and of all others' blocks the names only, which it compares
 * as text. Who loses the race for the lowest free block goes for one of the lowest 64 at random,
 * then of 4096: all that try at once have one after three or four rounds, and who is alone has the
 * lowest.
 */
final class EtcdClaims {
  private static final int SPREAD = 64;
  private static final int MAX_SPREAD = 1 << 16;

  /** Races lost before the names are read again; until then those that were read do. */
  private static final int STALE = 3;

  /** At random, before the lowest is taken after all. */
  private static final int PROBES = 32;

  /** A node's own blocks are read in one transaction, which may have 128 operations. */
  private static final int MAX_READS = 100;

  private static final int NAMES_PAGE = 10_000;

  private final EtcdConnection connection;
  private final Keys keys;
  private final UUID clusterId;

  /** What is to be done, decided from what is known. */
  interface Decision {
    ClaimStep next(ClusterView view);
  }

  EtcdClaims(EtcdConnection connection, Keys keys, UUID clusterId) {
    this.connection = connection;
    this.keys = keys;
    this.clusterId = clusterId;
  }

  /**
   * @param wanted the block that is decided on, if it is not any
   */
  Claim claim(String node, Optional<IpPrefix> wanted, Decision decision) throws IOException {
    NodeRecord.requireName(node);
    while (true) {
      Attempt attempt = new Attempt(node, wanted, decision);
      Optional<Claim> claim = connection.run("claim", attempt::next);
      if (claim.isPresent()) {
        return claim.get();
      }
    }
  }

  /** What a claim is decided on, read at one revision but for the blocks' names. */
  private record Known(
      ClusterRecord cluster,
      long clusterRevision,
      Optional<Object> node,
      long nodeRevision,
      Set<IpPrefix> allocations,
      long allocationsRevision,
      Map<IpPrefix, Long> blockRevisions,
      List<BlockRecord> blocks,
      List<UnreadableRecord> unreadable) {

    ClusterView view() {
      return new ClusterView(
          cluster.ranges(),
          node.stream().filter(NodeRecord.class::isInstance).map(NodeRecord.class::cast).toList(),
          blocks,
          unreadable);
    }
  }

  /** One more block for a node, or the end of its claim. */
  private final class Attempt {
    private final String node;
    private final Optional<IpPrefix> wanted;
    private final Decision decision;
    private int lost;

    /** Blocks that somebody has or had, as they are written in keys. */
    private Set<String> names = new HashSet<>();

    /** What the transaction that lost a race read instead, in the order of {@link #reads}. */
    private Optional<List<GetResponse>> fresh = Optional.empty();

    Attempt(String node, Optional<IpPrefix> wanted, Decision decision) {
      this.node = node;
      this.wanted = wanted;
      this.decision = decision;
    }

    /**
     * @return empty if a race was lost; an empty claim if a block was taken and more may be wanted
     */
    Optional<Optional<Claim>> next(EtcdSession session) throws IOException {
      Optional<Known> read = read(session);
      if (read.isEmpty()) {
        return Optional.empty();
      }
      Known known = read.get();
      if (known.node().orElse("") instanceof UnreadableRecord unreadable) {
        throw new IOException(unreadable.toString());
      }
      ClaimStep step = decision.next(known.view());
      if (wanted.isPresent()) {
        return make(session, known, step, known.blockRevisions());
      }
      return switch (step) {
        // Perhaps not, if a block's grace is over: that is in the others' records only.
        case ClaimStep.Done(Claim.Exhausted _) -> settle(session, known);
        case ClaimStep.Take(BlockRecord record, Optional<BlockRecord> replaced)
            when replaced.isEmpty() ->
            takeFree(session, known, record);
        case ClaimStep.Take _, ClaimStep.Done _ ->
            make(session, known, step, known.blockRevisions());
      };
    }

    /** Takes a block that was never taken, if there is one. */
    private Optional<Optional<Claim>> takeFree(EtcdSession session, Known known, BlockRecord record)
        throws IOException {
      if (lost == 0 || lost >= STALE) {
        names = names(session);
      }
      Family family = Family.of(record.block());
      Optional<IpPrefix> free = free(known.cluster().ranges().of(family).ranges());
      if (free.isEmpty()) {
        return settle(session, known);
      }
      BlockRecord taken =
          BlockRecord.claimed(free.get(), record.node(), record.owner(), record.claimedAt());
      return make(session, known, new ClaimStep.Take(taken, Optional.empty()), Map.of());
    }

    /** Decides on everybody's records. */
    private Optional<Optional<Claim>> settle(EtcdSession session, Known known) throws IOException {
      Records records = Records.read(session, keys);
      ClusterView view = records.view(clusterId);
      Map<IpPrefix, Long> revisions =
          view.blocks().stream()
              .collect(Collectors.toMap(BlockRecord::block, b -> records.revisionOf(b.block())));
      return make(session, known, decision.next(view), revisions);
    }

    private Optional<Optional<Claim>> make(
        EtcdSession session, Known known, ClaimStep step, Map<IpPrefix, Long> revisions)
        throws IOException {
      return switch (step) {
        case ClaimStep.Done(Claim claim) -> Optional.of(Optional.of(claim));
        case ClaimStep.Take(BlockRecord record, Optional<BlockRecord> replaced) -> {
          long revision = replaced.map(b -> revisions.getOrDefault(b.block(), 0L)).orElse(0L);
          if (take(session, known, record, revision)) {
            yield Optional.of(enough(known, record));
          }
          names.add(record.block().toString());
          lost++;
          yield Optional.empty();
        }
      };
    }

    /** The end of the claim, if that is known without another look. */
    private Optional<Claim> enough(Known known, BlockRecord record) {
      // What the node held before may have been released meanwhile.
      return known.blocks().stream().noneMatch(BlockRecord::isHeld)
              && decision.next(known.view().with(record)) instanceof ClaimStep.Done(var end)
          ? Optional.of(end)
          : Optional.empty();
    }

    private boolean take(EtcdSession session, Known known, BlockRecord record, long revision)
        throws IOException {
      Set<IpPrefix> allocations = new LinkedHashSet<>(known.allocations());
      allocations.add(record.block());
      List<Cmp> conditions =
          List.of(
              unchanged(keys.block(record.block()), revision),
              unchanged(keys.allocations(node), known.allocationsRevision()),
              unchanged(keys.node(node), known.nodeRevision()),
              unchanged(keys.cluster(), known.clusterRevision()),
              unchanged(keys.removing(), 0));
      List<Op> operations =
          List.of(
              put(keys.block(record.block()), RecordJson.write(record)),
              put(keys.allocations(node), write(allocations)));
      TxnResponse response = session.commit(conditions, operations, reads());
      fresh = response.isSucceeded() ? Optional.empty() : Optional.of(response.getGetResponses());
      return response.isSucceeded();
    }

    private List<Op> reads() {
      return List.of(
          get(keys.cluster()),
          get(keys.node(node)),
          get(keys.allocations(node)),
          get(keys.removing()));
    }

    /** The lowest block that has no name, or after lost races one a little above it. */
    private Optional<IpPrefix> free(List<ClusterRange> ranges) {
      // As many as there are names could all be taken; one more cannot.
      long most = names.size() + Math.min(MAX_SPREAD, (long) Math.pow(SPREAD, lost));
      long count = 0;
      for (ClusterRange range : ranges) {
        count = Math.min(most, count + Math.min(most, range.blockCount()));
      }
      for (int probe = 0; lost > 0 && probe < PROBES; probe++) {
        IpPrefix block = block(ranges, ThreadLocalRandom.current().nextLong(count));
        if (!names.contains(block.toString())) {
          return Optional.of(block);
        }
      }
      for (long index = 0; index < count; index++) {
        IpPrefix block = block(ranges, index);
        if (!names.contains(block.toString())) {
          return Optional.of(block);
        }
      }
      return Optional.empty();
    }

    private static IpPrefix block(List<ClusterRange> ranges, long index) {
      long left = index;
      for (ClusterRange range : ranges) {
        if (left < range.blockCount()) {
          return range.block(left);
        }
        left -= range.blockCount();
      }
      throw new IllegalArgumentException("index: " + index + " (expected: one of " + ranges + ")");
    }

    private Optional<Known> read(EtcdSession session) throws IOException {
      List<GetResponse> first =
          fresh.isPresent()
              ? fresh.get()
              : session.commit(List.of(), reads(), List.of()).getGetResponses();
      fresh = Optional.empty();
      if (!first.get(3).getKvs().isEmpty()) {
        return Optional.empty();
      }
      Optional<KeyValue> allocations = EtcdBlockStore.first(first.get(2));
      Set<IpPrefix> own = allocations.map(EtcdClaims::read).orElse(Set.of());
      Set<IpPrefix> looked = new LinkedHashSet<>(own);
      wanted.ifPresent(looked::add);
      Map<IpPrefix, Long> revisions = new HashMap<>();
      List<BlockRecord> blocks = new ArrayList<>();
      List<UnreadableRecord> unreadable = new ArrayList<>();
      Set<IpPrefix> kept = new LinkedHashSet<>();
      long allocationsRevision = allocations.map(KeyValue::getModRevision).orElse(0L);
      // Together with the list of what to read: the answer to a claim was true at one moment.
      Cmp sameList = unchanged(keys.allocations(node), allocationsRevision);
      Optional<List<KeyValue>> entries = entries(session, keys, looked, List.of(sameList));
      if (entries.isEmpty()) {
        return Optional.empty();
      }
      for (KeyValue entry : entries.get()) {
        switch (Records.record(keys, entry)) {
          case BlockRecord block -> {
            revisions.put(block.block(), entry.getModRevision());
            blocks.add(block);
            if (block.node().equals(node)) {
              kept.add(block.block());
            }
          }
          case UnreadableRecord record -> unreadable.add(record);
          case Object _ -> {}
        }
      }
      Optional<KeyValue> nodeEntry = EtcdBlockStore.first(first.get(1));
      return Optional.of(
          new Known(
              cluster(keys, clusterId, first.get(0)),
              first.get(0).getKvs().getFirst().getModRevision(),
              nodeEntry.map(entry -> Records.record(keys, entry)),
              nodeEntry.map(KeyValue::getModRevision).orElse(0L),
              kept,
              allocationsRevision,
              revisions,
              blocks,
              unreadable));
    }

    private Set<String> names(EtcdSession session) throws IOException {
      Set<String> read = new HashSet<>();
      ByteSequence from = Keys.bytes(keys.blocks());
      GetOption page =
          GetOption.builder()
              .withRange(Keys.end(keys.blocks()))
              .withKeysOnly(true)
              .withLimit(NAMES_PAGE)
              .build();
      while (true) {
        GetResponse response = session.get(from, page);
        for (KeyValue entry : response.getKvs()) {
          read.add(Keys.text(entry.getKey()).substring(keys.blocks().length()));
        }
        if (!response.isMore()) {
          return read;
        }
        from = Keys.bytes(Keys.text(response.getKvs().getLast().getKey()) + "\0");
      }
    }
  }

  /** The records of these blocks that there are; empty if a condition does not hold. */
  static Optional<List<KeyValue>> entries(
      EtcdSession session, Keys keys, Set<IpPrefix> blocks, List<Cmp> conditions)
      throws IOException {
    List<KeyValue> entries = new ArrayList<>();
    List<Op> reads = blocks.stream().map(block -> get(keys.block(block))).toList();
    for (int from = 0; from < reads.size(); from += MAX_READS) {
      TxnResponse some =
          session.commit(
              conditions, reads.subList(from, Math.min(from + MAX_READS, reads.size())), List.of());
      if (!some.isSucceeded()) {
        return Optional.empty();
      }
      some.getGetResponses().forEach(response -> entries.addAll(response.getKvs()));
    }
    return Optional.of(entries);
  }

  static ClusterRecord cluster(Keys keys, UUID expected, GetResponse response) throws IOException {
    return Records.requireCluster(
        keys, EtcdBlockStore.first(response).map(entry -> Records.record(keys, entry)), expected);
  }

  static BlockRecord block(Keys keys, KeyValue entry) throws IOException {
    return switch (Records.record(keys, entry)) {
      case BlockRecord block -> block;
      case Object unreadable -> throw new IOException(unreadable.toString());
    };
  }

  /** "10.244.1.0/24 10.244.7.0/24". What is no block in it is left out. */
  static Set<IpPrefix> read(KeyValue allocations) {
    return java.util.Arrays.stream(Keys.text(allocations.getValue()).split(" ", -1))
        .flatMap(block -> Records.parse(block).stream())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static byte[] write(Set<IpPrefix> allocations) {
    return allocations.stream()
        .map(IpPrefix::toString)
        .collect(Collectors.joining(" "))
        .getBytes(StandardCharsets.UTF_8);
  }
}
