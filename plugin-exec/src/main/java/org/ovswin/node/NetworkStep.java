package org.ovswin.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The network's configuration, by which runtimes see it: last of all, when it works. */
final class NetworkStep implements Step {
  private static final String CONFLIST =
      """
      {
        "cniVersion": "1.0.0",
        "name": "ovs-win",
        "plugins": [
          {
            "type": "ovs-win",
            "ovsWin": {"link": "any"},
            "capabilities": {
              "portMappings": true,
              "ips": true,
              "mac": true,
              "bandwidth": true,
              "io.kubernetes.cri.pod-annotations": true
            }
          }
        ]
      }
      """;

  private final PlacedFile file;
  private final Progress progress;

  NetworkStep(Path conflist, Progress progress) {
    this.file = new PlacedFile(conflist, "rw-r--r--");
    this.progress = progress;
  }

  @Override
  public String name() {
    return "network";
  }

  @Override
  public JsonNode before() throws IOException, NodeException {
    return file.before();
  }

  @Override
  public Done apply() throws IOException {
    Done done = file.put(CONFLIST.getBytes(StandardCharsets.UTF_8));
    for (String first : preferred()) {
      progress.warning(
          "%s is there: runtimes take the first file by name, and so that network; remove it to use ovs-win"
              .formatted(first));
    }
    return done;
  }

  /** Files that libcni takes for a network and that come first. */
  private List<String> preferred() throws IOException {
    String own = file.path().getFileName().toString();
    try (Stream<Path> all = Files.list(file.path().toAbsolutePath().getParent())) {
      return all.filter(
              other -> other.getFileName().toString().matches(".*\\.(conf|conflist|json)"))
          .filter(other -> other.getFileName().toString().compareTo(own) < 0)
          .map(Path::toString)
          .sorted()
          .toList();
    }
  }

  @Override
  public Done undo(JsonNode before) throws IOException {
    return file.restore(before);
  }
}
