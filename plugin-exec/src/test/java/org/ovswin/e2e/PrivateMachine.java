package org.ovswin.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A machine of its own inside this one, for commands that change the system: own network, mount and
 * process namespaces, own copies of the directories that are written to (an overlay whose changes
 * are in memory), an adapter {@code eth0}, and behind it a gateway and a host of the outside world.
 * It has no systemd. All of it ends with one process.
 */
final class PrivateMachine implements BeforeAllCallback, AfterAllCallback {
  /** A host outside. */
  static final String OUTSIDE = "198.51.100.1";

  private static final long BOUND_SECONDS = 240;

  private static final String SCRIPT =
      """
      set -e
      mount -t tmpfs tmpfs "$1"
      for part in etc opt var; do
        mkdir -p "$1/$part/changes" "$1/$part/work"
        mount -t overlay overlay -o "lowerdir=/$part,upperdir=$1/$part/changes,workdir=$1/$part/work" "/$part"
      done
      # What a killed command leaves in /tmp goes with the machine; the programs stay to be seen.
      home=$(dirname "$1")
      mkdir -p "$1/tmp/$(basename "$home")"
      mount --bind "$home" "$1/tmp/$(basename "$home")"
      mount --rbind "$1/tmp" /tmp
      mount -t tmpfs tmpfs /run
      mount -t sysfs sysfs /sys
      mkdir /run/lock /run/netns
      # Whatever was done on this machine, the private one begins as a new one does.
      for part in /etc/openvswitch /var/lib/openvswitch /var/log/openvswitch; do
        find "$part" -mindepth 1 -delete
      done
      rm -rf /etc/cni /opt/cni /etc/ovs-win /opt/ovs-win* /var/lib/ovs-win /var/log/ovs-win
      hostname node1
      ip link set lo up
      ip netns add outside
      ip link add eth0 type veth peer name eth0 netns outside
      ip addr add 172.30.0.11/24 dev eth0
      ip link set eth0 up
      ip route add default via 172.30.0.1
      ip -n outside link set lo up
      ip -n outside addr add 172.30.0.1/24 dev eth0
      ip -n outside addr add 198.51.100.1/32 dev lo
      ip -n outside link set eth0 up
      # The kernel gives the adapter its link-local address a moment later.
      tries=0
      until ip -6 route show table local dev eth0 | grep -q ^local || [ $tries = 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
      done
      echo ready
      # Takes the exits of whoever has no parent any more, as an init does.
      while sleep 1; do :; done
      """;

  private Path directory = Path.of("/nowhere");
  private Path program = Path.of("/nowhere");
  private long init;
  private List<Process> processes = new ArrayList<>();

  /** What a command gave. */
  record Outcome(int exitCode, String out, String err) {
    Outcome succeeds() {
      assertThat(exitCode).as(out + err).isZero();
      return this;
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    directory = Files.createTempDirectory("ovs-win-machine-");
    program = Distribution.make(Files.createDirectory(directory.resolve("dist")));
    Path memory = Files.createDirectory(directory.resolve("memory"));
    Process process =
        new ProcessBuilder(
                "unshare",
                "--net",
                "--mount",
                "--pid",
                "--uts",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "--propagation",
                "private",
                "sh",
                "-c",
                SCRIPT,
                "sh",
                memory.toString())
            .redirectErrorStream(true)
            .start();
    processes.add(process);
    // Not closed: the machine's own output goes there for as long as it lives.
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    for (String line = output.readLine(); !"ready".equals(line); line = output.readLine()) {
      assertThat(line).as("the private machine does not start: %s", said).isNotNull();
      said.append(line).append('\n');
    }
    init = process.children().findFirst().orElseThrow().pid();
  }

  /** {@code ovs-win}, as the build has it. */
  Outcome ovsWin(String... words) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(words));
    return run(Map.of(), "", command);
  }

  /** {@code ovs-win}, ended by SIGKILL as soon as a file has this many lines. */
  Outcome ovsWinKilledAtLine(int lines, Path file, String command) {
    return run(
        "sh",
        "-c",
        """
        "$1" "$2" >/dev/null 2>&1 &
        while kill -0 $! 2>/dev/null; do
          [ "$(wc -l <"$3" 2>/dev/null || echo 0)" -lt "$4" ] || kill -KILL $!
          sleep 0.01
        done
        wait $!
        """,
        "sh",
        program.toString(),
        command,
        file.toString(),
        Integer.toString(lines));
  }

  Outcome run(String... words) {
    return run(Map.of(), "", List.of(words));
  }

  Outcome run(Map<String, String> environment, String input, List<String> words) {
    List<String> command =
        new ArrayList<>(
            List.of("nsenter", "--target=" + init, "--net", "--mount", "--pid", "--uts", "--"));
    command.addAll(words);
    try {
      Path out = Files.createTempFile(directory, "command", ".out");
      Path err = Files.createTempFile(directory, "command", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
      builder.environment().putAll(environment);
      builder.environment().put("LC_ALL", "C");
      Process process = builder.start();
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      }
      assertThat(process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)).as("%s ends", words).isTrue();
      Outcome outcome =
          new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
      Files.delete(out);
      Files.delete(err);
      return outcome;
    } catch (IOException e) {
      throw new AssertionError(String.join(" ", words), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The plugin where it was installed, as a runtime calls it. */
  Outcome plugin(String verb, String container) {
    return run(
        Map.of(
            "CNI_COMMAND",
            verb,
            "CNI_CONTAINERID",
            container,
            "CNI_NETNS",
            "/run/netns/" + container,
            "CNI_IFNAME",
            "eth0",
            "CNI_PATH",
            "/opt/cni/bin"),
        Cni.CONFIG,
        List.of("/opt/cni/bin/ovs-win"));
  }

  /** All that a command could have changed, in lines: files, processes, devices, settings. */
  String footprint() {
    return run(
            "sh",
            "-c",
            """
            places=$(ls -d /run /etc/cni /etc/ovs-win /etc/openvswitch /etc/systemd/system /opt/cni /opt/ovs-win* /var/lib/ovs-win /var/lib/openvswitch /var/log/openvswitch /var/log/ovs-win 2>/dev/null)
            # A log that is there grows: only its size may differ.
            find $places -type f -not -name '*.log' -printf '%p %m %s\n' -o -type f -printf '%p %m\n' | sort
            find $places -not -type f -not -path '/run/netns/*' -printf '%p %y\n' | sort
            ps -e -o stat=,comm= | awk '$1 !~ /^Z/ {print $2}' | grep -v -x -e sh -e ps -e sleep -e awk -e grep -e sort | sort
            ip -br link | awk '{print $1, $3}' | sort; ip -br addr | sort; ip route show table all | sort; ip rule
            nft list ruleset
            grep -H . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/*/forwarding /proc/sys/net/ipv6/conf/*/accept_ra /proc/sys/net/ipv4/conf/*/forwarding
            """)
        .succeeds()
        .out();
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    for (Process process : processes) {
      process.destroyForcibly();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    List<Path> files;
    try (Stream<Path> all = Files.walk(directory)) {
      files = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : files) {
      Files.deleteIfExists(file);
    }
  }
}
