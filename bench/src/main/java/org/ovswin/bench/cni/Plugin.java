package org.ovswin.bench.cni;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.ovswin.bench.measure.Program;

/**
 * A CNI plugin called as libcni calls it: one process a request, CNI_… in its environment, the
 * network's configuration on its standard input, its answer read to the end. The process is in the
 * network namespace of the calling thread.
 *
 * @param name for the report
 * @param host the namespace of the node that it works on
 * @param environment what it needs besides CNI_…
 */
record Plugin(
    String name, Path program, Path host, String config, Map<String, String> environment) {
  static final Path PEERS = Path.of("/usr/lib/cni");
  static final String IF_NAME = "eth0";
  private static final String PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

  Plugin {
    environment = Map.copyOf(environment);
  }

  /** One of the CNI project's, with its host-local, in a namespace that stands for a node. */
  static Plugin peer(String name, String type, String options, Path host, Path directory) {
    String config =
        """
        {"cniVersion": "1.0.0", "name": "%s", "type": "%s", %s,
         "ipam": {"type": "host-local", "dataDir": "%s", "subnet": "10.88.0.0/22",
                  "routes": [{"dst": "0.0.0.0/0"}]}}
        """
            .formatted(name, type, options, directory.resolve("host-local"));
    return new Plugin(name, PEERS.resolve(type), host, config, Map.of());
  }

  /** What it answered. */
  String call(String command, String containerId, Path sandbox) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(program.toString());
    Map<String, String> variables = builder.environment();
    variables.clear();
    variables.put("PATH", PATH);
    variables.putAll(environment);
    variables.put("CNI_COMMAND", command);
    variables.put("CNI_CONTAINERID", containerId);
    variables.put("CNI_NETNS", sandbox.toString());
    variables.put("CNI_IFNAME", IF_NAME);
    variables.put("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=bench");
    variables.put("CNI_PATH", PEERS.toString());
    return Program.run(builder, config.getBytes(StandardCharsets.UTF_8));
  }
}
