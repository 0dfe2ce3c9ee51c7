package org.ovswin.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ovswin.node.Step.Done;
import org.ovswin.node.StepReport.Outcome;

/** The agent as a unit of systemd, which starts it at boot too and keeps its log. */
final class SystemdService implements Service {
  private static final String UNIT = "ovs-win.service";

  private final Layout layout;
  private final Version version;
  private final String systemctl;
  private final PlacedFile unit;

  /**
   * @param version of what the agent runs from and with: another one is a reason to start it again
   * @param systemctl the command
   */
  SystemdService(Layout layout, Version version, String systemctl) {
    this.layout = layout;
    this.version = version;
    this.systemctl = systemctl;
    this.unit = new PlacedFile(layout.unit(), "rw-r--r--");
  }

  @Override
  public JsonNode before() throws IOException, NodeException {
    if (Files.exists(layout.unit())
        && !Files.readString(layout.unit()).startsWith(ConfigurationStep.HEADER)) {
      throw new NodeException(
          "%s: a unit that up did not write (expected: none); disable and remove it first"
              .formatted(layout.unit()));
    }
    return PlacedFile.missingDirectories(layout.unit());
  }

  /** The unit's text. Exit 2 is a configuration that cannot be used, 143 the end by SIGTERM. */
  String text() throws IOException {
    return """
    %s
    [Unit]
    Description=ovs-win agent, the pod network of this node
    Wants=openvswitch-switch.service network-online.target
    After=openvswitch-switch.service network-online.target
    StartLimitIntervalSec=0

    [Service]
    Environment=OVS_WIN_INSTALLED=%s
    ExecStart=%s agent --config %s
    Restart=always
    RestartSec=1
    RestartPreventExitStatus=2
    SuccessExitStatus=143
    TimeoutStopSec=15
    LimitNOFILE=65536

    [Install]
    WantedBy=multi-user.target
    """
        .formatted(ConfigurationStep.HEADER, version.text(), layout.program(), layout.config());
  }

  @Override
  public Done start() throws IOException, NodeException {
    boolean changed = unit.put(text().getBytes(StandardCharsets.UTF_8)).outcome() == Outcome.DONE;
    if (!changed && isActive() && isEnabled()) {
      return Done.already(UNIT + " is active");
    }
    call("daemon-reload");
    call("enable", UNIT);
    // Also one that is active: it runs what the unit said before.
    call("restart", UNIT);
    return Done.now(UNIT + " is enabled and started");
  }

  private boolean isActive() throws IOException, NodeException {
    return Command.outcome(List.of(systemctl, "is-active", "--quiet", UNIT)).succeeded();
  }

  private boolean isEnabled() throws IOException, NodeException {
    return Command.outcome(List.of(systemctl, "is-enabled", "--quiet", UNIT)).succeeded();
  }

  @Override
  public Optional<String> ended() throws IOException, NodeException {
    return Command.outcome(List.of(systemctl, "is-failed", "--quiet", UNIT)).succeeded()
        ? Optional.of(UNIT + " has failed")
        : Optional.empty();
  }

  @Override
  public String lastWords() throws IOException, NodeException {
    return "%s status %s says:\n%s"
        .formatted(
            systemctl,
            UNIT,
            Command.outcome(List.of(systemctl, "status", "--no-pager", "--lines=6", UNIT)).text());
  }

  @Override
  public List<String> stopCommand() {
    // A pattern: systemd fails to stop a unit that it does not know, and that is no failure here.
    return List.of(systemctl, "stop", UNIT + "*");
  }

  @Override
  public Done remove(JsonNode before) throws IOException, NodeException {
    boolean there = Files.exists(layout.unit());
    if (there) {
      // Also of a unit that was written and not loaded: systemd then says that it knows none.
      call("daemon-reload");
      call("disable", "--now", UNIT);
    }
    Done done = unit.restore(before);
    if (there) {
      call("daemon-reload");
    }
    return done.outcome() == Outcome.DONE
        ? Done.now(UNIT + " is stopped, disabled and removed")
        : done;
  }

  private void call(String... words) throws IOException, NodeException {
    List<String> command = new ArrayList<>(List.of(systemctl));
    command.addAll(List.of(words));
    Command.run(command);
  }
}
