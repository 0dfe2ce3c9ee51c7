package org.ovswin.node.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.ovswin.node.uplink.TakeoverCaller.BRIDGE;
import static org.ovswin.node.uplink.TakeoverCaller.DEVICE;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.lab.SwitchLab;
import org.ovswin.sandbox.linux.Netns;

/**
 * Takes an adapter of a namespace into a real Open vSwitch, and looks at it after it was put back.
 */
class UplinkTakeoverTest {
  private static final long PATIENCE_SECONDS = 60;

  private SwitchLab lab;
  private Path netns;
  private Path record;
  private String before;

  @BeforeEach
  void makeAdapter() throws Exception {
    lab = SwitchLab.open(_ -> {});
    lab.addBridge(BRIDGE);
    netns = lab.netns();
    record = lab.directory().resolve("uplink");
    ip("netns", "add", gateway());
    in(
        "ovs-ofctl -O OpenFlow15 add-flow unix:%s/ovs/%s.mgmt actions=NORMAL"
            .formatted(lab.directory(), BRIDGE));
    in("sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0");
    for (String command :
        List.of(
            "ip link add eth9 mtu 1450 type veth peer name eth0 mtu 1450 netns " + gateway(),
            // Else the link-local address is tentative for a while.
            "sysctl -qw net.ipv6.conf.eth9.accept_dad=0 net.ipv6.conf.eth9.router_solicitations=0",
            "ethtool -K eth9 tx off",
            "ip -n " + gateway() + " addr add 192.0.2.1/24 dev eth0",
            "ip -n " + gateway() + " link set eth0 up",
            "ip link set eth9 up",
            "ip addr add 192.0.2.7/24 brd + dev eth9",
            "ip addr add 192.0.2.8/24 brd + dev eth9",
            "ip addr add 198.18.0.7/32 scope link label eth9:7 dev eth9",
            "ip addr add fd00:9::7/64 dev eth9 nodad",
            "ip addr add fd00:9::8/64 dev eth9 nodad",
            "ip route add default via 192.0.2.1 metric 100 proto static src 192.0.2.7 mtu 1400",
            "ip route add 203.0.113.0/24 via 192.0.2.254 table 100",
            "ip route add default via fd00:9::1 metric 512",
            "ip route add 2001:db8::/32 via fd00:9::2 table 100")) {
      in(command);
    }
    before = observed();
  }

  @AfterEach
  void takeDown() throws Exception {
    try {
      watchdog().ifPresent(ProcessHandle::destroyForcibly);
      ip("netns", "del", gateway());
    } finally {
      lab.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void caller_killedAtAnyPoint_isPutBackByTheWatchdog(TakeoverCaller.Point point) throws Exception {
    Process caller =
        Netns.call(
            netns,
            new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TakeoverCaller.class.getName(),
                        record.toString(),
                        database().toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                ::start);
    try (BufferedReader points = caller.inputReader()) {
      for (TakeoverCaller.Point at : TakeoverCaller.Point.values()) {
        assertThat(points.readLine()).isEqualTo(at.name());
        if (at == point) {
          break;
        }
        caller.getOutputStream().write('\n');
        caller.getOutputStream().flush();
      }
      ProcessHandle watchdog = watchdog().orElseThrow();
      caller.destroyForcibly().waitFor();
      end(watchdog);
    } finally {
      caller.destroyForcibly();
    }
    assertThat(observed()).isEqualTo(before);
    assertThat(record.resolveSibling("uplink.stopped")).exists();
    assertThat(UplinkTakeover.pending(record)).isFalse();
    assertThat(putBack().changes()).isNotEmpty();
    assertThat(observed()).isEqualTo(before);
    assertThat(putBack().changes()).isEmpty();
    assertThat(record).doesNotExist();
  }

  @Test
  void commit_gatewayAnswers_staysUntilPutBack() throws Exception {
    UplinkTakeover takeover = begin(request());
    assertThat(takeover.adapter())
        .hasToString(
            "Adapter[device=eth9, address=192.0.2.7/24, gateway=/192.0.2.1,"
                + " ipv6=Optional[Ipv6[address=fd00:9:0:0:0:0:0:7/64,"
                + " gateway=/fd00:9:0:0:0:0:0:1]], mtu=1450, dns=[]]");
    ProcessHandle watchdog = watchdog().orElseThrow();
    change(takeover);
    Netns.run(netns, takeover::verify);
    takeover.commit();
    end(watchdog);
    assertThat(in("ip -4 -o addr show dev " + BRIDGE)).contains("192.0.2.7/24");
    assertThat(UplinkTakeover.pending(record)).isFalse();
    assertThatThrownBy(() -> Netns.call(netns, takeover::rollback))
        .hasMessageContaining("committed");
    assertThatThrownBy(() -> begin(request())).hasMessageContaining("earlier takeover");
    assertThat(putBack().changes()).contains("eth9 out of bridge br9", "eth9 address 192.0.2.7/24");
    assertThat(observed()).isEqualTo(before);
    assertThat(in("ip -4 -o addr show dev " + BRIDGE)).doesNotContain("192.0.2.7");
  }

  @Test
  void verify_gatewaySilent_failsAndIsRolledBack() throws Exception {
    ip("-n", gateway(), "addr", "flush", "dev", "eth0");
    UplinkTakeover takeover = begin(request(Duration.ofSeconds(2), Duration.ofSeconds(60)));
    change(takeover);
    assertThatThrownBy(() -> Netns.run(netns, takeover::verify))
        .hasMessageContaining("gateway 192.0.2.1: no answer through br9");
    Netns.call(netns, takeover::rollback);
    assertThat(observed()).isEqualTo(before);
    assertThat(record).doesNotExist();
    Netns.call(netns, takeover::rollback);
  }

  @Test
  void watchdog_noCommitInTime_putsBackAndRefusesTheCommit() throws Exception {
    UplinkTakeover takeover = begin(request(Duration.ofSeconds(1), Duration.ofSeconds(60)));
    ProcessHandle watchdog = watchdog().orElseThrow();
    change(takeover);
    Netns.run(netns, takeover::verify);
    end(watchdog);
    assertThat(observed()).isEqualTo(before);
    assertThatThrownBy(takeover::commit).hasMessageContaining("put back already");
  }

  @Test
  void watchdog_agentNeverReady_putsBackAfterTheWholeBound() throws Exception {
    UplinkTakeover takeover = begin(request(Duration.ofSeconds(10), Duration.ofSeconds(1)));
    watchdog().ifPresent(UplinkTakeoverTest::end);
    assertThat(observed()).isEqualTo(before);
    assertThat(UplinkTakeover.pending(record)).isFalse();
    assertThat(Netns.call(netns, takeover::rollback).changes()).isNotEmpty();
  }

  @Test
  void rollback_vswitchdKilledInTheMiddle_isPutBack() throws Exception {
    UplinkTakeover takeover = begin(request(Duration.ofSeconds(1), Duration.ofSeconds(60)));
    change(takeover);
    ProcessHandle vswitchd = ProcessHandle.of(lab.vswitchdPid()).orElseThrow();
    vswitchd.destroyForcibly();
    end(vswitchd);
    assertThatThrownBy(() -> Netns.run(netns, takeover::verify))
        .isInstanceOf(TakeoverException.class);
    Netns.call(netns, takeover::rollback);
    assertThat(observed()).isEqualTo(before);
  }

  @Test
  void putBack_watchdogKilledToo_isDoneByTheNextRun() throws Exception {
    UplinkTakeover takeover = begin(request());
    change(takeover);
    ProcessHandle watchdog = watchdog().orElseThrow();
    watchdog.destroyForcibly();
    end(watchdog);
    assertThat(UplinkTakeover.pending(record)).isTrue();
    assertThat(putBack().changes()).contains("eth9 out of bridge br9");
    assertThat(observed()).isEqualTo(before);
    assertThat(UplinkTakeover.pending(record)).isFalse();
  }

  @Test
  void begin_addressOfALease_isRefused() throws Exception {
    in("ip addr add 192.0.2.9/25 dev eth9 valid_lft 3600 preferred_lft 3600");
    assertThatThrownBy(() -> begin(request()))
        .isInstanceOf(TakeoverException.class)
        .hasMessageContaining("address 192.0.2.9 is a lease")
        .hasMessageContaining("configure the address statically");
    assertThat(record).doesNotExist();
  }

  private TakeoverRequest request() {
    return request(TakeoverRequest.ANSWER_BOUND, TakeoverRequest.WHOLE_BOUND);
  }

  private TakeoverRequest request(Duration answerBound, Duration wholeBound) {
    return new TakeoverRequest(
        DEVICE, record, BRIDGE, database(), List.of(), answerBound, wholeBound);
  }

  private UplinkTakeover begin(TakeoverRequest request) throws Exception {
    return Netns.call(netns, () -> UplinkTakeover.begin(request));
  }

  private void change(UplinkTakeover takeover) throws Exception {
    Netns.run(
        netns,
        () -> {
          TakeoverCaller.addPort(request());
          TakeoverCaller.moveAddress(takeover.adapter());
        });
  }

  private Restored putBack() throws Exception {
    return Netns.call(netns, () -> UplinkTakeover.putBack(record));
  }

  private java.util.Optional<ProcessHandle> watchdog() throws IOException {
    Path pid = record.resolve(TakeoverRecord.WATCHING);
    return Files.exists(pid)
        ? ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
        : java.util.Optional.empty();
  }

  private static void end(ProcessHandle process) {
    try {
      process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("process %d still runs".formatted(process.pid()), e);
    }
  }

  /** Everything that shall be as before. */
  private String observed() throws Exception {
    return in("ip -d addr show dev eth9").replaceAll("@if\\d+|qdisc.*qlen \\d+", "")
        + in("ip -4 route show table all dev eth9")
        + in("ip -6 route show table all dev eth9")
        + in(
            "sysctl net.ipv4.conf.eth9.rp_filter net.ipv4.conf.eth9.arp_ignore"
                + " net.ipv6.conf.eth9.disable_ipv6")
        + in("ip rule");
  }

  private Path database() {
    return lab.directory().resolve("ovs").resolve("db.sock");
  }

  private String gateway() {
    return netns.getFileName() + "-gw";
  }

  private String in(String command) throws Exception {
    return Netns.call(netns, () -> Commands.text(command.split(" ")));
  }

  private static void ip(String... words) throws TakeoverException {
    String[] command = new String[words.length + 1];
    command[0] = "ip";
    System.arraycopy(words, 0, command, 1, words.length);
    Commands.text(command);
  }
}
