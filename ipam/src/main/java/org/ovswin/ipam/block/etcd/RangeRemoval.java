package org.ovswin.ipam.block.etcd;

import static org.ovswin.ipam.block.etcd.EtcdBlockStore.delete;
import static org.ovswin.ipam.block.etcd.EtcdBlockStore.put;
import static org.ovswin.ipam.block.etcd.EtcdBlockStore.unchanged;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterRecord;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.RangeChange;
import org.ovswin.ipam.block.RecordJson;
import org.ovswin.ipam.block.StoreOptions;

/**
 * Removes a range that nobody holds a block of.
 *
 * <p>etcd's transactions cannot say "there is no key between these two" through jetcd. So the key
 * {@link Keys#removing} holds claims back between the look at the blocks and the change; should we
 * die, its lease ends and it goes away.
 */
final class RangeRemoval {
  /** Less than claims wait; far more than two reads take. */
  private static final Duration LIFE = Duration.ofSeconds(6);

  /** A transaction may have 128 operations. */
  private static final int MAX_BLOCKS = 50;

  private final Keys keys;
  private final UUID clusterId;
  private final StoreOptions settings;
  private final IpPrefix prefix;

  /** Tells the key of this call from another's. */
  private final ByteSequence mark;

  /** Whether an earlier try may have removed the range without our hearing of it. */
  private boolean tried;

  RangeRemoval(Keys keys, UUID clusterId, StoreOptions settings, IpPrefix prefix) {
    this.keys = keys;
    this.clusterId = clusterId;
    this.settings = settings;
    this.prefix = prefix;
    this.mark = Keys.bytes(prefix + " " + UUID.randomUUID());
  }

  /** See {@link EtcdConnection.Round}. */
  Optional<RangeChange> attempt(EtcdSession session) throws IOException {
    Optional<Long> marked = mark(session);
    if (marked.isEmpty()) {
      return Optional.empty();
    }
    Records records = Records.read(session, keys);
    ClusterView view = records.view(clusterId);
    RangeChange change =
        RangeChange.remove(view, prefix, settings.clock().instant(), settings.grace());
    if (change instanceof RangeChange.Unknown && tried) {
      change = new RangeChange.Changed(view.ranges());
    }
    List<Cmp> conditions = new ArrayList<>(List.of(unchanged(keys.removing(), marked.get())));
    List<Op> operations = new ArrayList<>(List.of(delete(keys.removing())));
    if (change instanceof RangeChange.Changed(ClusterRanges ranges)) {
      List<BlockRecord> over =
          view.blocks().stream().filter(block -> prefix.contains(block.block())).toList();
      if (!forget(session, records, over)) {
        return Optional.empty();
      }
      Records.Version<ClusterRecord> cluster = records.cluster(clusterId);
      conditions.add(unchanged(keys.cluster(), cluster.revision()));
      operations.add(put(keys.cluster(), RecordJson.write(cluster.record().with(ranges))));
      tried = true;
    }
    return EtcdBlockStore.committed(change, session, conditions, operations);
  }

  /** The revision of the mark; empty while another call has set it. */
  private Optional<Long> mark(EtcdSession session) throws IOException {
    Optional<KeyValue> present =
        EtcdBlockStore.first(session.get(keys.removing(), GetOption.DEFAULT));
    if (present.isPresent()) {
      return present.filter(entry -> entry.getValue().equals(mark)).map(KeyValue::getModRevision);
    }
    PutOption leased = PutOption.builder().withLeaseId(session.lease(LIFE)).build();
    var response =
        session.commit(
            List.of(unchanged(keys.removing(), 0)),
            List.of(Op.put(keys.removing(), mark, leased)),
            List.of());
    return response.isSucceeded()
        ? Optional.of(response.getHeader().getRevision())
        : Optional.empty();
  }

  /** Deletes the records of blocks whose grace is over, while they are as they were read. */
  private boolean forget(EtcdSession session, Records records, List<BlockRecord> over)
      throws IOException {
    for (int from = 0; from < over.size(); from += MAX_BLOCKS) {
      List<BlockRecord> some = over.subList(from, Math.min(from + MAX_BLOCKS, over.size()));
      boolean unchanged =
          session
              .commit(
                  some.stream()
                      .map(b -> unchanged(keys.block(b.block()), records.revisionOf(b.block())))
                      .toList(),
                  some.stream().map(b -> delete(keys.block(b.block()))).toList(),
                  List.of())
              .isSucceeded();
      if (!unchanged) {
        return false;
      }
    }
    return true;
  }
}
