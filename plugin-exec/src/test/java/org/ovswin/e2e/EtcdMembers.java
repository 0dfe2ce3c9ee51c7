package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.ovswin.lab.Lab;
import org.ovswin.lab.LabNode;

/**
 * An etcd of three members on the lab's fabric, which every node reaches by its uplink. They end
 * with the lab, if nobody closes them before: they carry its mark.
 */
final class EtcdMembers implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/bin/etcd");
  private static final int MEMBERS = 3;
  private static final int FIRST_CLIENT_PORT = 23791;
  private static final int FIRST_PEER_PORT = 23801;

  private final Lab lab;
  private final List<Process> members = new ArrayList<>();

  private EtcdMembers(Lab lab) {
    this.lab = lab;
  }

  /** Returns when a majority is there. */
  static EtcdMembers start(Lab lab) throws IOException {
    assertThat(PROGRAM)
        .as("etcd (expected: installed, packages etcd-server and etcd-client)")
        .isExecutable();
    EtcdMembers etcd = new EtcdMembers(lab);
    try {
      for (int i = 0; i < MEMBERS; i++) {
        etcd.members.add(etcd.member(i));
      }
      Cluster.eventually().until(etcd::hasLeader);
      return etcd;
    } catch (IOException | RuntimeException | Error e) {
      etcd.close();
      throw e;
    }
  }

  private Process member(int index) throws IOException {
    Path directory = Files.createDirectory(lab.directory().resolve("etcd" + index));
    String client = url(FIRST_CLIENT_PORT + index);
    String peer = url(FIRST_PEER_PORT + index);
    ProcessBuilder builder =
        new ProcessBuilder(
            "nsenter",
            "--net=" + lab.fabric().netns(),
            "--",
            PROGRAM.toString(),
            "--name=m" + index,
            "--data-dir=" + directory.resolve("data"),
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster="
                + IntStream.range(0, MEMBERS)
                    .mapToObj(i -> "m" + i + "=" + url(FIRST_PEER_PORT + i))
                    .collect(Collectors.joining(",")));
    builder.environment().put("OVS_WIN_LAB", lab.id());
    return builder
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("log").toFile())
        .start();
  }

  private String url(int port) {
    return "http://%s:%d".formatted(lab.fabric().address(), port);
  }

  private boolean hasLeader() throws IOException {
    for (int i = 0; i < MEMBERS; i++) {
      String log = Files.readString(lab.directory().resolve("etcd" + i).resolve("log"));
      if (!log.contains("ready to serve client requests")) {
        return false;
      }
    }
    return true;
  }

  /** The clients' endpoints of all members, as in an agent's configuration. */
  List<String> endpoints() {
    return IntStream.range(0, MEMBERS).mapToObj(i -> url(FIRST_CLIENT_PORT + i)).toList();
  }

  /** From now on nothing of the members comes to this node; other nodes and pods do. */
  void cutOff(LabNode node) {
    var _ = fabric("ip", "route", "add", "blackhole", node.address() + "/32");
  }

  /** Undoes {@link #cutOff}. */
  void reconnect(LabNode node) {
    var _ = fabric("ip", "route", "del", "blackhole", node.address() + "/32");
  }

  /** All keys and their values. */
  Map<String, String> content() {
    List<String> lines = etcdctl("get", "", "--prefix").lines().toList();
    Map<String, String> content = new TreeMap<>();
    for (int i = 0; i + 1 < lines.size(); i += 2) {
      content.put(lines.get(i), lines.get(i + 1));
    }
    return content;
  }

  /** Deletes all keys. */
  void empty() {
    var _ = etcdctl("del", "", "--prefix");
  }

  void put(String key, String value) {
    var _ = etcdctl("put", key, value);
  }

  private String etcdctl(String... words) {
    List<String> command = new ArrayList<>();
    command.add("etcdctl");
    command.add("--endpoints=" + String.join(",", endpoints()));
    command.addAll(List.of(words));
    return fabric(command.toArray(String[]::new));
  }

  private String fabric(String... words) {
    return lab.node("node1").shell().in(lab.fabric().netns()).run(words);
  }

  @Override
  public void close() {
    for (Process member : members) {
      member.destroyForcibly().onExit().join();
    }
  }
}
