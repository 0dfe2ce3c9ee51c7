package org.ovswin.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The plugin where runtimes look for it. */
final class PluginStep implements Step {
  /** Where the plugin looks for the agent unless it is told otherwise. */
  private static final Path DEFAULT_SOCKET = Path.of("/run/ovs-win/cni.sock");

  private final PlacedFile file;
  private final Path launcher;
  private final NodePaths paths;

  PluginStep(Path target, Path launcher, NodePaths paths) {
    this.file = new PlacedFile(target, "rwxr-xr-x");
    this.launcher = launcher;
    this.paths = paths;
  }

  @Override
  public String name() {
    return "plugin";
  }

  @Override
  public JsonNode before() throws IOException, NodeException {
    return file.before();
  }

  @Override
  public Done apply() throws IOException, NodeException {
    Path socket = paths.config().cniSocket();
    return file.put(
        socket.equals(DEFAULT_SOCKET)
            ? Files.readAllBytes(launcher)
            : wrapper(socket).getBytes(StandardCharsets.UTF_8));
  }

  /** Runtimes pass their own environment on, so a plugin cannot be told by it where to look. */
  private String wrapper(Path socket) {
    return """
    #!/bin/sh
    OVS_WIN_CNI_SOCKET=${OVS_WIN_CNI_SOCKET:-'%s'} exec '%s'
    """
        .formatted(quoted(socket), quoted(launcher));
  }

  private static String quoted(Path path) {
    return path.toString().replace("'", "'\\''");
  }

  @Override
  public Done undo(JsonNode before) throws IOException {
    return file.restore(before);
  }
}
