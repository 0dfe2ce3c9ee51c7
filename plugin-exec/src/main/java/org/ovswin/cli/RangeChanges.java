package org.ovswin.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import org.ovswin.ipam.block.ClusterRange;
import org.ovswin.ipam.block.RangeChange;

/** What came of a change of the cluster's ranges. */
final class RangeChanges {
  private RangeChanges() {}

  static void print(RangeChange change, String done, Printed printed, PrintWriter out)
      throws FailedException {
    switch (change) {
      case RangeChange.Changed(var ranges) -> {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        ArrayNode list = tree.putArray("ranges");
        for (ClusterRange range : ranges.ranges()) {
          list.addObject()
              .put("cidr", range.prefix().toString())
              .put("blockPrefixLength", range.blockLength());
        }
        printed.print(out, List.of("%s; the cluster has %s".formatted(done, ranges)), tree);
      }
      case RangeChange.Overlaps overlaps -> throw new FailedException(overlaps.message());
      case RangeChange.InUse inUse -> throw new FailedException(inUse.message());
      case RangeChange.Unknown unknown -> throw new FailedException(unknown.message());
    }
  }
}
