package org.ovswin.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a lab needs of the machine: programs, the switch's schema, and to be root. */
public final class Prerequisites {
  static final Path SCHEMA = Path.of("/usr/share/openvswitch/vswitch.ovsschema");

  private static final Map<String, String> PACKAGES = packages();
  private static final String DEFAULT_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

  private Prerequisites() {}

  /** Program to Debian package. */
  private static Map<String, String> packages() {
    Map<String, String> packages = new LinkedHashMap<>();
    packages.put("ip", "iproute2");
    packages.put("nsenter", "util-linux");
    packages.put("setpriv", "util-linux");
    packages.put("setsid", "util-linux");
    packages.put("ethtool", "ethtool");
    packages.put("ping", "iputils-ping");
    packages.put("ovsdb-tool", "openvswitch-common");
    packages.put("ovsdb-server", "openvswitch-common");
    packages.put("ovs-vswitchd", "openvswitch-switch");
    packages.put("ovs-vsctl", "openvswitch-switch");
    packages.put("ovs-ofctl", "openvswitch-common");
    return packages;
  }

  /** One line per thing that is missing, each saying what to install; empty when all is there. */
  public static List<String> missing() {
    String path = System.getenv().getOrDefault("PATH", DEFAULT_PATH);
    return missing(Arrays.stream(path.split(":", -1)).map(Path::of).toList(), SCHEMA);
  }

  static List<String> missing(List<Path> path, Path schema) {
    List<String> missing = new ArrayList<>();
    PACKAGES.forEach(
        (program, debianPackage) -> {
          if (path.stream().noneMatch(directory -> isProgram(directory.resolve(program)))) {
            missing.add("%s: not on the PATH (install %s)".formatted(program, debianPackage));
          }
        });
    if (!Files.isReadable(schema)) {
      missing.add(schema + ": not there (install openvswitch-common)");
    }
    return List.copyOf(missing);
  }

  private static boolean isProgram(Path file) {
    return Files.isRegularFile(file) && Files.isExecutable(file);
  }

  /**
   * @throws LabException with all of {@link #missing}
   */
  static void check() {
    List<String> missing = missing();
    if (!missing.isEmpty()) {
      throw new LabException("the lab cannot be built: " + String.join("; ", missing));
    }
  }
}
