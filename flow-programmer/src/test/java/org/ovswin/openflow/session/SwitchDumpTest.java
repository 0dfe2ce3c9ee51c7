package org.ovswin.openflow.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.openflow.Cookie;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowDiff;
import org.ovswin.openflow.RandomFlows;
import org.ovswin.openflow.Version;

/** What a real switch reports is, to the diff, what was sent; and ovs-ofctl shows it as we do. */
final class SwitchDumpTest {
  private static final long SEED = 42;
  private static final int FLOWS = 1500;

  private static RunningSwitch vswitch;
  private static int bridges;

  @BeforeAll
  static void start() {
    vswitch = RunningSwitch.start();
  }

  @AfterAll
  static void stop() {
    vswitch.close();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void dump_ofRandomFlows_hasNoDifferenceToThem(Version version) {
    RecordingListener listener = new RecordingListener();
    SessionConfig config = SessionConfig.defaults().withVersions(version);
    Path socket = vswitch.addBridge("br" + bridges++, 0);
    List<Flow> desired = new RandomFlows(SEED).distinct(FLOWS);
    try (SwitchConnection connection = SwitchConnection.open(socket, listener, config)) {
      listener.awaitConnections(1);
      connection.apply(FlowDiff.diff(List.of(), desired)).join();
      List<Flow> observed = connection.dumpFlows(Cookie.OURS, Cookie.MASK).join();
      assertThat(FlowDiff.diff(observed, desired)).as("seed %d", SEED).isEmpty();

      List<String> shown =
          vswitch
              .ofctl(
                  "-O",
                  "OpenFlow" + version.toString().replace(".", ""),
                  "--no-stats",
                  "dump-flows",
                  "unix:" + socket)
              .lines()
              .filter(line -> line.contains("actions="))
              .map(String::strip)
              .toList();
      assertThat(observed.stream().map(Flow::toString))
          .as("seed %d", SEED)
          .containsExactlyInAnyOrderElementsOf(shown);
    }
  }
}
