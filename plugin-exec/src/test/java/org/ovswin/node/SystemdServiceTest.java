package org.ovswin.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ovswin.node.Layout.ServiceKind;
import org.ovswin.node.StepReport.Outcome;

/**
 * Against a systemctl that is strict: it refuses a unit that it has not loaded since the file
 * changed, as systemd warns of it, and every call that it does not know.
 */
class SystemdServiceTest {
  /** Its state is in files: loaded (a copy of the unit), active, enabled, failed. */
  private static final String SYSTEMCTL =
      """
      #!/bin/sh
      here=@HERE@
      unit=$here/units/ovs-win.service
      echo "$*" >>"$here/calls"
      loaded() {
        cmp -s "$unit" "$here/loaded" || { echo "ovs-win.service changed on disk or is not loaded" >&2; exit 5; }
      }
      case "$*" in
        daemon-reload) if [ -e "$unit" ]; then cp "$unit" "$here/loaded"; else rm -f "$here/loaded"; fi ;;
        'enable ovs-win.service') loaded; touch "$here/enabled" ;;
        'restart ovs-win.service') loaded; touch "$here/active" ;;
        'is-active --quiet ovs-win.service') [ -e "$here/active" ] || exit 3 ;;
        'is-enabled --quiet ovs-win.service') [ -e "$here/enabled" ] || exit 1 ;;
        'is-failed --quiet ovs-win.service') [ -e "$here/failed" ] || exit 1 ;;
        'status --no-pager --lines=6 ovs-win.service') echo "the last lines"; exit 3 ;;
        'disable --now ovs-win.service') loaded; rm -f "$here/enabled" "$here/active" ;;
        *) echo "systemctl: $*: unknown" >&2; exit 64 ;;
      esac
      """;

  @TempDir Path here;
  private Layout layout = LAYOUT;
  private SystemdService service = new SystemdService(LAYOUT, new Version(NONE, NONE), "false");

  private static final Path NONE = Path.of("/nowhere");
  private static final Layout LAYOUT =
      new Layout(NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, ServiceKind.SYSTEMD);

  @BeforeEach
  void install() throws IOException {
    Path install = here.resolve("install");
    Files.createDirectories(install.resolve("bin"));
    Files.createDirectories(install.resolve("lib"));
    Files.writeString(install.resolve("bin/ovs-win"), "#!/bin/sh\n");
    assertThat(install.resolve("bin/ovs-win").toFile().setExecutable(true)).isTrue();
    Path config = here.resolve("agent.yaml");
    Files.writeString(config, "node: one\n");
    layout =
        new Layout(
            install,
            config,
            here,
            here,
            here,
            here,
            here,
            here.resolve("units"),
            here,
            ServiceKind.SYSTEMD);
    Path systemctl = here.resolve("systemctl");
    Files.writeString(systemctl, SYSTEMCTL.replace("@HERE@", here.toString()));
    assertThat(systemctl.toFile().setExecutable(true)).isTrue();
    service = new SystemdService(layout, new Version(install, config), systemctl.toString());
  }

  private List<String> calls() throws IOException {
    List<String> calls = Files.readAllLines(here.resolve("calls"));
    Files.delete(here.resolve("calls"));
    return calls;
  }

  @Test
  void start_thenRemove_leavesNothing() throws Exception {
    JsonNode before = service.before();
    assertThat(service.start().outcome()).isEqualTo(Outcome.DONE);
    assertThat(calls())
        .containsExactly("daemon-reload", "enable ovs-win.service", "restart ovs-win.service");
    assertThat(service.start().outcome()).isEqualTo(Outcome.ALREADY);
    assertThat(calls()).allMatch(call -> call.startsWith("is-"));

    assertThat(service.remove(before).outcome()).isEqualTo(Outcome.DONE);
    assertThat(here.resolve("units")).doesNotExist();
    assertThat(here.resolve("loaded")).doesNotExist();
    assertThat(here.resolve("enabled")).doesNotExist();
    assertThat(service.remove(before).outcome()).isEqualTo(Outcome.ALREADY);
  }

  @Test
  void start_otherConfigurationThanTheOneThatRuns_startsAgain() throws Exception {
    service.start();
    Files.writeString(layout.config(), "node: two\n");
    calls();
    assertThat(service.start().outcome()).isEqualTo(Outcome.DONE);
    assertThat(calls()).contains("restart ovs-win.service");
  }

  @Test
  void start_unitWrittenByAKilledRun_isLoaded() throws Exception {
    Files.createDirectories(layout.unitDirectory());
    Files.writeString(layout.unit(), service.text());
    assertThat(service.start().outcome()).isEqualTo(Outcome.DONE);
    assertThat(here.resolve("active")).exists();
  }

  @Test
  void remove_unitWrittenByAKilledRun_isRemoved() throws Exception {
    JsonNode before = service.before();
    Files.createDirectories(layout.unitDirectory());
    Files.writeString(layout.unit(), service.text());
    service.remove(before);
    assertThat(here.resolve("units")).doesNotExist();
    assertThat(here.resolve("loaded")).doesNotExist();
  }

  @Test
  void before_unitOfSomebodyElse_isRefused() throws Exception {
    Files.createDirectories(layout.unitDirectory());
    Files.writeString(layout.unit(), "[Unit]\n");
    assertThatThrownBy(() -> service.before())
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("a unit that up did not write");
  }

  @Test
  void ended_failedUnit_saysSoAndShowsItsLastLines() throws Exception {
    service.start();
    assertThat(service.ended()).isEmpty();
    Files.createFile(here.resolve("failed"));
    assertThat(service.ended()).contains("ovs-win.service has failed");
    assertThat(service.lastWords()).contains("the last lines");
  }

  @Test
  void text_isAUnitThatSystemdAccepts() throws Exception {
    Path unit = here.resolve("ovs-win.service");
    Files.writeString(unit, service.text());
    Command.Outcome verified =
        Command.outcome(List.of("systemd-analyze", "verify", "--man=no", unit.toString()));
    assertThat(verified.text().lines().filter(line -> line.contains("ovs-win.service"))).isEmpty();
  }
}
