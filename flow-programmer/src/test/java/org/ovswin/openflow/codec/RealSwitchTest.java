package org.ovswin.openflow.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.ovswin.openflow.ControlReply;
import org.ovswin.openflow.ControlRequest;
import org.ovswin.openflow.Group;
import org.ovswin.openflow.GroupChange;
import org.ovswin.openflow.GroupDiff;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Meter;
import org.ovswin.openflow.MeterChange;
import org.ovswin.openflow.MeterDiff;
import org.ovswin.openflow.MultipartReply;
import org.ovswin.openflow.MultipartRequest;
import org.ovswin.openflow.PortNo;
import org.ovswin.openflow.RandomGroups;
import org.ovswin.openflow.Role;
import org.ovswin.openflow.Version;
import org.ovswin.openflow.session.RunningSwitch;

/** Groups and meters in a real Open vSwitch: what was sent is what the switch says it has. */
final class RealSwitchTest {
  private static final int PORTS = 3;
  private static final int IDS = 60;
  private static final int ROUNDS = 5;
  private static final long SEED = 5;

  private static RunningSwitch openVSwitch;
  private static Path bridge;

  @BeforeAll
  static void start() {
    openVSwitch = RunningSwitch.start();
    bridge = openVSwitch.addBridge("groups", PORTS);
  }

  @AfterAll
  static void stop() {
    openVSwitch.close();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void groups_throughManyDiffs_areAsDesired(Version version) throws IOException {
    RandomGroups random = new RandomGroups(SEED);
    Random choice = new Random(SEED);
    try (PlainConnection connection = new PlainConnection(bridge, version)) {
      for (int round = 0; round < ROUNDS; round++) {
        List<Group> desired = new ArrayList<>();
        for (int id = 1; id <= IDS; id++) {
          if (choice.nextBoolean()) {
            boolean selecting = version.isAtLeast(Version.V1_5) && choice.nextInt(4) == 0;
            desired.add(selecting ? random.selecting(id) : random.group(id));
          }
        }
        GroupDiff.Steps steps = GroupDiff.diff(groups(connection), desired);
        for (GroupChange change : steps.before()) {
          assertThat(connection.ask(change.message())).as("seed %d %s", SEED, change).isEmpty();
        }
        for (GroupChange change : steps.after()) {
          assertThat(connection.ask(change.message())).as("seed %d %s", SEED, change).isEmpty();
        }
        List<Group> observed = groups(connection);
        assertThat(observed).hasSameSizeAs(desired);
        assertThat(GroupDiff.diff(observed, desired).isEmpty()).as("seed %d", SEED).isTrue();
      }
      assertThat(connection.ask(new GroupChange.Delete(Group.ALL).message())).isEmpty();
      assertThat(groups(connection)).isEmpty();
    }
  }

  private static List<Group> groups(PlainConnection connection) throws IOException {
    return connection.ask(new MultipartRequest.GroupDescriptions(Group.ALL)).stream()
        .map(MultipartReply.GroupDescriptions.class::cast)
        .map(MultipartReply.GroupDescriptions::groups)
        .flatMap(Collection::stream)
        .toList();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void meters_throughManyDiffs_areAsDesired(Version version) throws IOException {
    Random random = new Random(SEED);
    try (PlainConnection connection = new PlainConnection(bridge, version)) {
      for (int round = 0; round < ROUNDS; round++) {
        List<Meter> desired = new ArrayList<>();
        for (int id = 1; id <= IDS; id++) {
          if (random.nextBoolean()) {
            long rate = random.nextInt(1, 9);
            int burst = random.nextBoolean() ? Meter.BURST : 0;
            Meter.Band band = new Meter.Band.Drop(rate, burst == 0 ? 0 : 10 * rate);
            desired.add(Meter.of(id, Meter.KBPS | burst, band));
          }
        }
        MeterDiff.Steps steps = MeterDiff.diff(meters(connection), desired);
        List<MeterChange> changes = new ArrayList<>(steps.before());
        changes.addAll(steps.after());
        for (MeterChange change : changes) {
          assertThat(connection.ask(change.message())).as("seed %d %s", SEED, change).isEmpty();
        }
        List<Meter> observed = meters(connection);
        assertThat(observed).hasSameSizeAs(desired);
        assertThat(MeterDiff.diff(observed, desired).isEmpty()).as("seed %d", SEED).isTrue();
      }
      assertThat(connection.ask(new MeterChange.Delete(Meter.ALL).message())).isEmpty();
      assertThat(meters(connection)).isEmpty();
    }
  }

  private static List<Meter> meters(PlainConnection connection) throws IOException {
    return connection.ask(new MultipartRequest.MeterConfigs(Meter.ALL)).stream()
        .map(MultipartReply.MeterConfigs.class::cast)
        .map(MultipartReply.MeterConfigs::meters)
        .flatMap(Collection::stream)
        .toList();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void replies_toEveryRequest_areKnown(Version version) throws IOException {
    List<Message> requests =
        List.of(
            new MultipartRequest.Description(),
            new MultipartRequest.Aggregate(255, PortNo.ANY, Group.ANY, 0, 0, Match.ANY),
            new MultipartRequest.Tables(),
            new MultipartRequest.Ports(PortNo.ANY),
            new MultipartRequest.Groups(Group.ALL),
            new MultipartRequest.GroupFeatures(),
            new MultipartRequest.Meters(Meter.ALL),
            new MultipartRequest.MeterFeatures(),
            new ControlRequest.GetAsync(),
            new ControlRequest.RoleRequest(Role.NO_CHANGE, 0),
            new Message.PortDescRequest());
    try (PlainConnection connection = new PlainConnection(bridge, version)) {
      connection.ask(new GroupChange.Add(new RandomGroups(SEED).group(1)).message());
      connection.ask(
          new MeterChange.Add(Meter.of(1, Meter.KBPS, new Meter.Band.Drop(5, 0))).message());
      for (Message request : requests) {
        List<Message> replies = connection.ask(request);
        assertThat(replies).as("%s", request).isNotEmpty();
        for (Message reply : replies) {
          assertThat(reply)
              .as("%s", request)
              .isInstanceOfAny(
                  MultipartReply.class, ControlReply.class, Message.PortDescReply.class);
        }
      }
      connection.ask(new GroupChange.Delete(Group.ALL).message());
      connection.ask(new MeterChange.Delete(Meter.ALL).message());
    }
  }
}
