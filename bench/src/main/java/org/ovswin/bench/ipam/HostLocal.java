package org.ovswin.bench.ipam;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.ovswin.bench.measure.Machine;
import org.ovswin.bench.measure.Program;
import org.ovswin.ipam.address.IpPrefix;

/**
 * The CNI project's host-local, called as libcni calls it: one process a request, CNI_… in its
 * environment, the network's configuration on its standard input.
 *
 * <p>It keeps one file an address, and does not force them to the disk.
 */
final class HostLocal implements Allocator {
  private static final Path DIRECTORY = Path.of("/usr/lib/cni");
  static final Path PROGRAM = DIRECTORY.resolve("host-local");
  static final String PACKAGE = "containernetworking-plugins";

  private static final String NETWORK = "bench";

  /** Network and gateway come before the first one that it gives. */
  private static final int FIRST = 2;

  private final IpPrefix subnet;
  private final Path addresses;
  private final byte[] config;

  /**
   * @param directory its dataDir
   */
  HostLocal(Path directory, IpPrefix subnet) {
    this.subnet = subnet;
    this.addresses = directory.resolve(NETWORK);
    this.config =
        """
        {"cniVersion":"1.0.0","name":"%s","type":"bridge",
         "ipam":{"type":"host-local","dataDir":"%s","ranges":[[{"subnet":"%s"}]]}}
        """
            .formatted(NETWORK, directory, subnet)
            .getBytes(StandardCharsets.UTF_8);
  }

  /** What is installed, for the report. */
  static Optional<String> version() {
    return Machine.firstLine(List.of("dpkg-query", "-W", PACKAGE))
        .map(line -> line.replace('\t', ' '));
  }

  /**
   * One that has given so many addresses, by the files that it would have then; they are made once.
   */
  static HostLocal inUse(Setting setting) throws IOException {
    Path directory = setting.path("host-local-in-use");
    boolean made = Files.exists(directory);
    HostLocal hostLocal = new HostLocal(directory, Leases.BLOCK);
    if (!made) {
      hostLocal.fill(Leases.SERIES, setting.plan().inUse());
    }
    return hostLocal;
  }

  /** Makes the files of the first containers of a series. Only before its use. */
  void fill(String series, int count) throws IOException {
    Files.createDirectories(addresses);
    for (int i = 0; i < count; i++) {
      Files.writeString(address(i), Containers.id(series, i) + "\r\n" + Containers.INTERFACE);
    }
    Files.writeString(
        addresses.resolve("last_reserved_ip.0"), address(count - 1).getFileName().toString());
  }

  private Path address(int index) {
    return addresses.resolve(subnet.address(FIRST + index).toString());
  }

  /** Addresses that it has given. */
  long used() throws IOException {
    try (Stream<Path> files = Files.list(addresses)) {
      return files.filter(file -> file.getFileName().toString().contains(".")).count() - 1;
    }
  }

  @Override
  public void allocate(String containerId) throws IOException {
    call("ADD", containerId);
  }

  @Override
  public void release(String containerId) throws IOException {
    call("DEL", containerId);
  }

  private void call(String command, String containerId) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(PROGRAM.toString());
    builder.environment().put("CNI_COMMAND", command);
    builder.environment().put("CNI_CONTAINERID", containerId);
    builder.environment().put("CNI_NETNS", Containers.sandbox(containerId));
    builder.environment().put("CNI_IFNAME", Containers.INTERFACE);
    builder.environment().put("CNI_PATH", DIRECTORY.toString());
    var _ = Program.run(builder, config);
  }

  /** What the machine takes for a process that does nothing, started in the same way. */
  static void startAndEnd() throws IOException {
    var _ = Program.run(new ProcessBuilder("/bin/true"), new byte[0]);
  }
}
