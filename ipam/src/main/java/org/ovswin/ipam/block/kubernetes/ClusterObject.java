package org.ovswin.ipam.block.kubernetes;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.ovswin.ipam.address.IpPrefix;
import org.ovswin.ipam.block.BlockRecord;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.ClusterRanges;
import org.ovswin.ipam.block.ClusterRecord;
import org.ovswin.ipam.block.ClusterView;
import org.ovswin.ipam.block.NoClusterException;
import org.ovswin.ipam.block.RangeChange;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.WantedCluster;

/** The object with the cluster's ranges, and changes of them. */
final class ClusterObject {
  private static final int MAX_ROUNDS = 1_000;

  private final ApiServer server;
  private final WantedCluster.Known cluster;

  private ClusterObject(ApiServer server, WantedCluster.Known cluster) {
    this.server = server;
    this.cluster = cluster;
  }

  /**
   * Creates it if it is not there and may be made, and refuses one without the initial ranges.
   *
   * @throws NoClusterException if the wanted cluster is not there; nothing was changed
   */
  static ClusterObject settle(ApiServer server, StoreOptions options) throws IOException {
    Optional<ApiObject> present = server.get(Kind.CLUSTER, Records.CLUSTER_NAME);
    options.cluster().admit(where(server), read(present));
    if (present.isEmpty()) {
      var _ =
          server.create(
              ApiObject.of(
                  Kind.CLUSTER,
                  Records.CLUSTER_NAME,
                  Records.spec(ClusterRecord.create(options.initial()))));
      // Another agent may have been first.
      present = server.get(Kind.CLUSTER, Records.CLUSTER_NAME);
    }
    ClusterRecord record = Records.cluster(require(server, present));
    options.requireRecorded(where(server), record.ranges());
    return new ClusterObject(server, new WantedCluster.Known(record.id()));
  }

  private static Optional<ClusterRecord> read(Optional<ApiObject> object) throws IOException {
    return object.isPresent() ? Optional.of(Records.cluster(object.get())) : Optional.empty();
  }

  UUID id() {
    return cluster.id();
  }

  private static String where(ApiServer server) {
    return "Kubernetes API "
        + server.url()
        + ": "
        + Kind.CLUSTER.plural()
        + "/"
        + Records.CLUSTER_NAME;
  }

  private static ApiObject require(ApiServer server, Optional<ApiObject> object)
      throws IOException {
    return object.orElseThrow(
        () -> new IOException(where(server) + ": is missing (expected: the cluster's ranges)"));
  }

  /** The cluster's record, if it is still the one that this store was opened with. */
  ClusterRecord record(Optional<ApiObject> object) throws IOException {
    return cluster.require(where(server), read(object));
  }

  ClusterRecord read() throws IOException {
    return record(server.get(Kind.CLUSTER, Records.CLUSTER_NAME));
  }

  RangeChange add(ClusterRange range) throws IOException {
    return change(present -> RangeChange.add(present.ranges(), range));
  }

  /**
   * Removes a range. Its last records go first, as nobody's; then the range; then it is looked
   * whether somebody claimed a block of it in between, who did not know: then it is put back. A
   * claim that comes later finds by itself that the range is gone ({@link BlockClaim}).
   */
  RangeChange remove(IpPrefix prefix, Instant now, Duration grace) throws IOException {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      List<ApiObject> objects = server.list(Kind.BLOCK).objects();
      ClusterRecord present = read();
      ClusterView view = Records.view(present.ranges(), List.of(), objects);
      RangeChange change = RangeChange.remove(view, prefix, now, grace);
      if (!(change instanceof RangeChange.Changed(ClusterRanges without))) {
        return change;
      }
      if (!deleteAll(objects, prefix) || !write(present, without)) {
        continue;
      }
      ClusterView after =
          Records.view(present.ranges(), List.of(), server.list(Kind.BLOCK).objects());
      RangeChange still = RangeChange.remove(after, prefix, now, grace);
      if (still instanceof RangeChange.InUse(ClusterRange range, List<String> _)) {
        var _ = add(range);
        return still;
      }
      return change;
    }
    throw tooMany();
  }

  private boolean deleteAll(List<ApiObject> objects, IpPrefix prefix) throws IOException {
    for (ApiObject object : objects) {
      if (BlockName.parse(object.name()).filter(prefix::contains).isPresent()) {
        BlockRecord record = Records.block(object);
        if (record.isHeld() || server.delete(object) instanceof ApiServer.Write.Conflict) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean write(ClusterRecord expected, ClusterRanges ranges) throws IOException {
    ApiObject object = require(server, server.get(Kind.CLUSTER, Records.CLUSTER_NAME));
    return record(Optional.of(object)).equals(expected)
        && server.replace(object.withSpec(Records.spec(expected.with(ranges))))
            instanceof ApiServer.Write.Written;
  }

  private interface Decision {
    RangeChange of(ClusterRecord present);
  }

  private RangeChange change(Decision decision) throws IOException {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      ClusterRecord present = read();
      RangeChange change = decision.of(present);
      if (!(change instanceof RangeChange.Changed(ClusterRanges ranges))
          || ranges.equals(present.ranges())
          || write(present, ranges)) {
        return change;
      }
    }
    throw tooMany();
  }

  private IOException tooMany() {
    return new IOException(
        where(server) + ": changed " + MAX_ROUNDS + " times meanwhile (expected: fewer)");
  }
}
