package org.ovswin.bench.flows;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;

/**
 * The same flows in the form that each way takes, all made before the clock runs.
 *
 * @param changes for ours
 * @param plain for the limit
 * @param bundle for the limit, as a bundle
 * @param file for ovs-ofctl
 */
record Load(int flows, List<FlowChange> changes, Encoded plain, Encoded bundle, Path file)
    implements AutoCloseable {

  static Load of(Shape shape, int count, Path directory) throws IOException {
    List<Flow> flows = shape.flows(count);
    List<FlowChange> changes = flows.stream().<FlowChange>map(FlowChange.Add::new).toList();
    Path file = Files.createTempFile(directory, "flows-", ".txt");
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (Flow flow : flows) {
        // What a dump leaves out.
        out.append("cookie=0x").append(Long.toHexString(flow.cookie())).append(',');
        out.append(flow.toString()).append('\n');
      }
    }
    return new Load(count, changes, Encoded.plain(changes), Encoded.bundle(changes), file);
  }

  @Override
  public void close() throws IOException {
    plain.close();
    bundle.close();
    Files.deleteIfExists(file);
  }
}
