package org.ovswin.ipam.block.etcd;

import static org.ovswin.ipam.block.etcd.EtcdBlockStore.delete;
import static org.ovswin.ipam.block.etcd.EtcdBlockStore.get;
import static org.ovswin.ipam.block.etcd.EtcdBlockStore.put;
import static org.ovswin.ipam.block.etcd.EtcdBlockStore.unchanged;

import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.Op;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.RecordJson;

/**
 * Takes a node away: ends what it holds, and then its record.
 *
 * <p>Its record goes in the transaction that ends the last blocks, and only if its allocations are
 * as they were read: a claim in between makes all of it be read again. As for {@link BlockRelease},
 * a try made again goes on only if it can tell what became of the one before.
 */
final class NodeRelease {
  /** A transaction may have 128 operations. */
  private static final int MAX_BLOCKS = 100;

  private final EtcdConnection connection;
  private final Keys keys;
  private final InstantSource clock;
  private final String node;
  private final Map<IpPrefix, BlockRecord> ended = new LinkedHashMap<>();
  private Optional<Step> unsettled = Optional.empty();

  private enum Progress {
    MORE,
    DONE
  }

  /**
   * One transaction.
   *
   * @param ending the revisions that it names, and what it writes
   * @param nodeRevision of the node's record, which goes with the last one; 0 if there is none
   */
  private record Step(
      Map<IpPrefix, Records.Version<BlockRecord>> ending, long nodeRevision, Progress progress) {}

  /** What is there now: records with their revisions, of the node's blocks among others. */
  private record Present(
      Map<IpPrefix, Records.Version<BlockRecord>> blocks, long nodeRevision, Cmp sameList) {}

  NodeRelease(EtcdConnection connection, Keys keys, InstantSource clock, String node) {
    this.connection = connection;
    this.keys = keys;
    this.clock = clock;
    this.node = node;
  }

  /** The blocks that it held, each with its end. */
  List<BlockRecord> run() throws IOException {
    while (connection.run("release node", this::attempt) == Progress.MORE) {}
    return ended.values().stream().sorted(Comparator.comparing(BlockRecord::block)).toList();
  }

  private Optional<Progress> attempt(EtcdSession session) throws IOException {
    Optional<Present> present = read(session);
    if (present.isEmpty()) {
      return Optional.empty();
    }
    if (unsettled.isPresent() && hasHappened(unsettled.get(), present.get())) {
      return Optional.of(settled(unsettled.get()));
    }
    Step step = next(present.get());
    unsettled = Optional.of(step);
    if (!commit(session, step, present.get())) {
      unsettled = Optional.empty();
      return Optional.empty();
    }
    return Optional.of(settled(step));
  }

  private Progress settled(Step step) {
    unsettled = Optional.empty();
    step.ending().forEach((block, version) -> ended.put(block, version.record()));
    return step.progress();
  }

  /** Whether a step whose transaction was not answered has been made. */
  private boolean hasHappened(Step step, Present present) throws IOException {
    for (var ending : step.ending().entrySet()) {
      Records.Version<BlockRecord> found = present.blocks().get(ending.getKey());
      if (found != null && found.record().equals(ending.getValue().record())) {
        return true;
      }
      if (found != null && found.revision() == ending.getValue().revision()) {
        return false;
      }
    }
    boolean removes = step.progress() == Progress.DONE && step.nodeRevision() != 0;
    if (removes && present.nodeRevision() == step.nodeRevision()) {
      return false;
    }
    if (step.ending().isEmpty() && present.nodeRevision() == 0) {
      return true;
    }
    throw BlockRelease.unknown("node " + node);
  }

  private Optional<Present> read(EtcdSession session) throws IOException {
    List<GetResponse> first =
        session
            .commit(
                List.of(), List.of(get(keys.node(node)), get(keys.allocations(node))), List.of())
            .getGetResponses();
    Optional<KeyValue> allocations = EtcdBlockStore.first(first.get(1));
    Set<IpPrefix> looked = new LinkedHashSet<>(allocations.map(EtcdClaims::read).orElse(Set.of()));
    unsettled.ifPresent(step -> looked.addAll(step.ending().keySet()));
    Cmp sameList =
        unchanged(keys.allocations(node), allocations.map(KeyValue::getModRevision).orElse(0L));
    long nodeRevision = EtcdBlockStore.first(first.get(0)).map(KeyValue::getModRevision).orElse(0L);
    return EtcdClaims.entries(session, keys, looked, List.of(sameList))
        .map(entries -> new Present(records(entries), nodeRevision, sameList));
  }

  private Map<IpPrefix, Records.Version<BlockRecord>> records(List<KeyValue> entries) {
    Map<IpPrefix, Records.Version<BlockRecord>> records = new LinkedHashMap<>();
    for (KeyValue entry : entries) {
      if (Records.record(keys, entry) instanceof BlockRecord block) {
        records.put(block.block(), new Records.Version<>(block, entry.getModRevision()));
      }
    }
    return records;
  }

  private Step next(Present present) {
    Map<IpPrefix, Records.Version<BlockRecord>> ending = new LinkedHashMap<>();
    for (Records.Version<BlockRecord> version : present.blocks().values()) {
      BlockRecord block = version.record();
      if (block.isHeld() && block.node().equals(node)) {
        if (ending.size() == MAX_BLOCKS) {
          return new Step(ending, present.nodeRevision(), Progress.MORE);
        }
        ending.put(
            block.block(),
            new Records.Version<>(block.released(clock.instant()), version.revision()));
      }
    }
    return new Step(ending, present.nodeRevision(), Progress.DONE);
  }

  private boolean commit(EtcdSession session, Step step, Present present) throws IOException {
    List<Cmp> conditions = new ArrayList<>(List.of(present.sameList()));
    List<Op> operations = new ArrayList<>();
    step.ending()
        .forEach(
            (block, version) -> {
              conditions.add(unchanged(keys.block(block), version.revision()));
              operations.add(put(keys.block(block), RecordJson.write(version.record())));
            });
    if (step.progress() == Progress.DONE) {
      conditions.add(unchanged(keys.node(node), step.nodeRevision()));
      operations.add(delete(keys.node(node)));
      operations.add(delete(keys.usage(node)));
    }
    return session.commit(conditions, operations, List.of()).isSucceeded();
  }
}
