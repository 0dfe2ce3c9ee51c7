package org.ovswin.bench.ipam;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.ovswin.ipam.block.StoreOptions;
import org.ovswin.ipam.block.etcd.EtcdBlockStore;
import org.ovswin.ipam.block.etcd.EtcdOptions;
import org.ovswin.lab.LabException;

/**
 * An etcd cluster of three members on loopback, without TLS, which all write to the disk that is
 * measured, as durably as etcd does by itself.
 *
 * <p>The kernel ends them with the thread that started them, also after {@code kill -9} (prctl(2),
 * PR_SET_PDEATHSIG).
 */
final class EtcdMembers implements AutoCloseable {
  static final Path PROGRAM = Path.of("/usr/bin/etcd");
  static final String PACKAGE = "etcd-server";

  private static final int MEMBERS = 3;
  private static final Duration START_TIMEOUT = Duration.ofSeconds(30);

  private final Path directory;
  private final List<Integer> clientPorts;
  private final List<Integer> peerPorts;
  private final List<Process> processes = new ArrayList<>();

  private EtcdMembers(Path directory, List<Integer> ports) {
    this.directory = directory;
    this.clientPorts = ports.subList(0, MEMBERS);
    this.peerPorts = ports.subList(MEMBERS, 2 * MEMBERS);
  }

  /**
   * Starts them, and returns when they answer.
   *
   * @param directory is made
   * @param options of the first store that is opened in it
   */
  static EtcdMembers start(Path directory, StoreOptions options) throws IOException {
    EtcdMembers members =
        new EtcdMembers(Files.createDirectories(directory), freePorts(2 * MEMBERS));
    try {
      for (int member = 0; member < MEMBERS; member++) {
        members.processes.add(members.spawn(member));
      }
      members.awaitAnswers(options);
      return members;
    } catch (IOException | RuntimeException e) {
      members.close();
      throw e;
    }
  }

  /** All of them; each prefix is a cluster of nodes of its own. */
  EtcdOptions options(String prefix) {
    return new EtcdOptions(
        clientPorts.stream().map(port -> EtcdOptions.parseEndpoint(url(port))).toList(),
        prefix,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Held all at once, so that they differ; whoever takes one meanwhile makes the start fail. */
  private static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
  }

  private static String url(int port) {
    return "http://127.0.0.1:" + port;
  }

  private static String name(int member) {
    return "m" + member;
  }

  private Process spawn(int member) throws IOException {
    String peer = url(peerPorts.get(member));
    String client = url(clientPorts.get(member));
    String all =
        IntStream.range(0, MEMBERS)
            .mapToObj(i -> name(i) + "=" + url(peerPorts.get(i)))
            .collect(Collectors.joining(","));
    List<String> command = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
    command.addAll(List.of(PROGRAM.toString(), "--name", name(member), "--log-level", "error"));
    command.addAll(List.of("--logger", "zap"));
    command.addAll(List.of("--data-dir", directory.resolve(name(member)).toString()));
    command.addAll(List.of("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer));
    command.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
    command.addAll(List.of("--initial-cluster", all));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log(member).toFile())
        .start();
  }

  private Path log(int member) {
    return directory.resolve(name(member) + ".log");
  }

  private void awaitAnswers(StoreOptions options) throws IOException {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    while (true) {
      try (EtcdBlockStore store = EtcdBlockStore.open(options("/start/"), options)) {
        var _ = store.view();
        return;
      } catch (IOException e) {
        for (int member = 0; member < MEMBERS; member++) {
          if (!processes.get(member).isAlive()) {
            throw new LabException(
                "etcd: exit %d (expected: running): %s"
                    .formatted(
                        processes.get(member).exitValue(), Files.readString(log(member)).strip()),
                e);
          }
        }
        if (System.nanoTime() - deadline > 0) {
          throw e;
        }
      }
    }
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
    processes.forEach(process -> process.onExit().join());
  }
}
