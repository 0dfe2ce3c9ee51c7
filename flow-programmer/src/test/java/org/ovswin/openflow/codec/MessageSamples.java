package org.ovswin.openflow.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.ovswin.openflow.Action;
import org.ovswin.openflow.Actions;
import org.ovswin.openflow.AsyncConfig;
import org.ovswin.openflow.Bucket;
import org.ovswin.openflow.ControlReply;
import org.ovswin.openflow.ControlRequest;
import org.ovswin.openflow.Flow;
import org.ovswin.openflow.FlowChange;
import org.ovswin.openflow.FlowStats;
import org.ovswin.openflow.Group;
import org.ovswin.openflow.GroupChange;
import org.ovswin.openflow.Match;
import org.ovswin.openflow.Message;
import org.ovswin.openflow.Meter;
import org.ovswin.openflow.MeterChange;
import org.ovswin.openflow.MultipartReply;
import org.ovswin.openflow.MultipartRequest;
import org.ovswin.openflow.Octets;
import org.ovswin.openflow.PortDescription;
import org.ovswin.openflow.PortNo;
import org.ovswin.openflow.Role;
import org.ovswin.openflow.SwitchEvent;
import org.ovswin.openflow.Version;

/** At least one message of every kind that a version has. */
public final class MessageSamples {
  private static final Octets OCTETS = Octets.ofHex("0011223344556677");

  /** A frame, so that ovs-ofctl has something to show. */
  private static final Octets FRAME =
      Octets.ofHex("ffffffffffff0200000000018035" + "00".repeat(28));

  private static final Match IN_PORT = Match.builder().inPort(3).buildAsReceived();
  private static final Flow FLOW = Flow.of(1, 2, 3, Match.ANY, Actions.output(4));
  private static final long NANOS = 5_000_000_007L;

  private MessageSamples() {}

  public static List<Message> of(Version version) {
    List<Message> samples = new ArrayList<>();
    samples.addAll(connection(version));
    samples.addAll(changes(version));
    samples.addAll(requests(version));
    samples.addAll(replies(version));
    samples.addAll(events(version));
    return samples;
  }

  private static List<Message> connection(Version version) {
    return List.of(
        new Message.Hello(OptionalInt.of(0x72)),
        new Message.Hello(OptionalInt.empty()),
        new Message.ErrorReply(2, 4, 0, OCTETS),
        new Message.ErrorReply(0xffff, 2300, 0x4f4e4600, OCTETS),
        new Message.EchoRequest(OCTETS),
        new Message.EchoReply(Octets.EMPTY),
        new Message.Raw(22, OCTETS),
        new Message.FeaturesRequest(),
        new Message.FeaturesReply(0x1234_5678_9abcL, 256, 254, 1, 0x4f, 0),
        new Message.GetConfigRequest(),
        new Message.GetConfigReply(1, 128),
        new Message.SetConfig(0, 0xffff),
        new Message.BarrierRequest(),
        new Message.BarrierReply(),
        new ControlRequest.RoleRequest(Role.PRIMARY, 7),
        new ControlRequest.RoleRequest(Role.NO_CHANGE, 0),
        new ControlReply.RoleReply(Role.SECONDARY, Role.NO_GENERATION),
        new ControlReply.RoleReply(Role.EQUAL, 8),
        new ControlRequest.GetAsync(),
        new ControlRequest.SetAsync(async(version)),
        new ControlReply.AsyncReply(async(version)),
        new ControlRequest.SetPacketInFormat(ControlRequest.SetPacketInFormat.PACKET_IN2),
        new ControlRequest.SetControllerId(5),
        new ControlRequest.PortMod(4, 0x0200_0000_0007L, 1, 0x21, 0x280f),
        new ControlRequest.PortMod(PortNo.LOCAL, 0x0200_0000_0007L, 0, 1, 0),
        new ControlRequest.TableMod(9, 0, Optional.empty()));
  }

  private static AsyncConfig async(Version version) {
    List<AsyncConfig.Mask> masks = new ArrayList<>();
    for (AsyncConfig.Kind kind : AsyncConfig.Kind.values()) {
      boolean known = kind.compareTo(AsyncConfig.Kind.FLOW_REMOVED) <= 0;
      int reasons = kind == AsyncConfig.Kind.TABLE_STATUS ? 0x18 : 3;
      if (known || version.isAtLeast(Version.V1_4)) {
        masks.add(new AsyncConfig.Mask(kind, Role.PRIMARY, reasons));
        masks.add(new AsyncConfig.Mask(kind, Role.SECONDARY, reasons & 0x11));
      }
    }
    return new AsyncConfig(masks);
  }

  private static List<Message> changes(Version version) {
    List<Action> actions = List.of(Actions.output(4));
    List<Message> changes = new ArrayList<>();
    changes.add(Message.FlowMod.of(new FlowChange.DeleteStrict(Flow.of(1, 2, 3, Match.ANY))));
    changes.add(new Message.BundleControl(9, Message.BundleControl.Kind.DISCARD_REPLY, 3));
    changes.add(new Message.BundleAdd(9, 3, Message.FlowMod.of(new FlowChange.Add(FLOW))));
    changes.add(new Message.BundleAdd(9, 1, new GroupChange.Add(group()).message()));
    changes.add(new Message.PacketOut(Message.NO_BUFFER, IN_PORT, actions, FRAME));
    changes.add(new GroupChange.Modify(group()).message());
    changes.add(new GroupChange.Delete(4).message());
    changes.add(new GroupChange.Delete(Group.ALL).message());
    changes.add(
        new Message.GroupMod(
            Message.GroupMod.Command.ADD_OR_MODIFY,
            Group.Type.ALL,
            3,
            Bucket.ALL,
            List.of(),
            Optional.empty()));
    if (version.isAtLeast(Version.V1_5)) {
      List<Bucket> buckets = List.of(Bucket.weighted(7, 3, Actions.output(4)));
      changes.add(
          new GroupChange.InsertBuckets(4, Group.Type.SELECT, Bucket.FIRST, buckets).message());
      changes.add(new GroupChange.InsertBuckets(4, Group.Type.SELECT, 6, buckets).message());
      changes.add(new GroupChange.RemoveBuckets(4, 7).message());
      changes.add(new GroupChange.RemoveBuckets(4, Bucket.LAST).message());
      changes.add(new GroupChange.RemoveBuckets(4, Bucket.ALL).message());
    }
    changes.add(new MeterChange.Add(meter()).message());
    changes.add(new MeterChange.Modify(meter()).message());
    changes.add(new MeterChange.Delete(Meter.ALL).message());
    changes.add(new MeterChange.Delete(Meter.SLOWPATH).message());
    return changes;
  }

  private static Group group() {
    Bucket live = new Bucket(0, 3, 5, Group.ANY, List.of(Actions.output(4)));
    Bucket other = new Bucket(1, 1, PortNo.ANY, 6, List.of());
    return Group.of(8, Group.Type.SELECT, live, other);
  }

  private static Meter meter() {
    return Meter.of(
        3,
        Meter.PKTPS | Meter.BURST,
        new Meter.Band.Drop(0xffff_ffffL, 2),
        new Meter.Band.DscpRemark(1, 2, 3));
  }

  private static List<Message> requests(Version version) {
    List<Message> requests = new ArrayList<>();
    requests.add(Message.FlowStatsRequest.ofCookie(0x5000, 0xff00));
    requests.add(new Message.PortDescRequest());
    requests.add(new MultipartRequest.Description());
    requests.add(new MultipartRequest.Aggregate(5, 6, Group.ANY, 7, -1L, IN_PORT));
    requests.add(new MultipartRequest.Tables());
    requests.add(new MultipartRequest.Ports(PortNo.ANY));
    requests.add(new MultipartRequest.Groups(5));
    requests.add(new MultipartRequest.Groups(Group.ALL));
    requests.add(new MultipartRequest.GroupDescriptions(Group.ALL));
    requests.add(new MultipartRequest.GroupFeatures());
    requests.add(new MultipartRequest.Meters(Meter.ALL));
    requests.add(new MultipartRequest.MeterConfigs(Meter.CONTROLLER));
    requests.add(new MultipartRequest.MeterFeatures());
    if (version.isAtLeast(Version.V1_5)) {
      requests.add(new Message.PortDescRequest(4));
      requests.add(new MultipartRequest.GroupDescriptions(4));
    }
    return requests;
  }

  private static PortDescription port(Version version) {
    String features = "00000840" + "0000280f" + "00000000" + "00000001" + "00989680" + "000f4240";
    String property = version.isAtLeast(Version.V1_4) ? "0000002000000000" : "";
    return new PortDescription(
        7, 0x0200_0000_0007L, "eth7", 1, 5, Octets.ofHex(property + features));
  }

  private static List<Message> replies(Version version) {
    Message.More last = Message.More.LAST;
    MultipartReply.Counter counter = new MultipartReply.Counter(9, 900);
    MultipartReply.Counter none =
        new MultipartReply.Counter(MultipartReply.UNKNOWN_COUNT, MultipartReply.UNKNOWN_COUNT);
    MultipartReply.PortCounters counters = new MultipartReply.PortCounters(1, 2, 3, -1);
    return List.of(
        new Message.FlowStatsReply(
            Message.More.FOLLOWS, List.of(new FlowStats(FLOW, 1_000_000, 2, 3))),
        new Message.PortDescReply(last, List.of(port(version), port(version))),
        new MultipartReply.Description(last, "Nicira", "Open vSwitch", "3.1", "None", "node \"1\""),
        new MultipartReply.Aggregate(last, 4, 5, 6),
        new MultipartReply.Tables(
            Message.More.FOLLOWS,
            List.of(
                new MultipartReply.TableStats(0, 1, 2, 3),
                new MultipartReply.TableStats(1, 0, 2, 3),
                new MultipartReply.TableStats(2, 0, 2, 3),
                new MultipartReply.TableStats(3, 0, 2, 3),
                new MultipartReply.TableStats(254, 0, 2, -1))),
        new MultipartReply.Tables(last, List.of()),
        new MultipartReply.Ports(
            last,
            List.of(
                new MultipartReply.PortStats(
                    4,
                    counters,
                    counters,
                    Optional.of(new MultipartReply.EthernetErrors(1, -1, 3, 4)),
                    NANOS,
                    Octets.EMPTY),
                new MultipartReply.PortStats(
                    PortNo.LOCAL,
                    counters,
                    counters,
                    Optional.of(new MultipartReply.EthernetErrors(1, -1, 3, 4)),
                    MultipartReply.UNKNOWN_DURATION,
                    Octets.EMPTY))),
        new MultipartReply.Groups(
            last,
            List.of(
                new MultipartReply.GroupStats(3, 4, counter, NANOS, List.of(counter, none)),
                new MultipartReply.GroupStats(
                    4, 0, counter, MultipartReply.UNKNOWN_DURATION, List.of()))),
        new MultipartReply.GroupDescriptions(
            last, List.of(group(), Group.of(9, Group.Type.INDIRECT, Bucket.of(0, Actions.EXIT)))),
        new MultipartReply.GroupFeatures(
            last, 0xb, 7, List.of(-256, 5, 6, 0), List.of(0x3ff8001, 0, 1, 0x400000)),
        new MultipartReply.Meters(
            last,
            List.of(
                new MultipartReply.MeterStats(3, 4, counter, NANOS, List.of(counter, counter)),
                new MultipartReply.MeterStats(
                    Meter.CONTROLLER, 4, counter, 1_001_000_000L, List.of(counter)))),
        new MultipartReply.MeterConfigs(
            last, List.of(meter(), Meter.of(Meter.CONTROLLER, Meter.KBPS | Meter.STATS))),
        new MultipartReply.MeterFeatures(last, 262144, 0x16, 0x1f, 8, 0));
  }

  private static List<Message> events(Version version) {
    Match ip = Match.builder().ethType(0x0800).ipv4Dst(0x0a000001).build();
    long idle = version.isAtLeast(Version.V1_5) ? 3_000_000_000L : MultipartReply.UNKNOWN_DURATION;
    Message.PacketIn packetIn =
        new Message.PacketIn(Message.NO_BUFFER, 99, 1, 5, 77, IN_PORT, FRAME);
    Message.PacketIn whole =
        new Message.PacketIn(Message.NO_BUFFER, FRAME.length(), 0, 0, -1, IN_PORT, FRAME);
    Octets continuation = Octets.ofHex("8003000400000000");
    return List.of(
        packetIn,
        new Message.PortStatus(2, port(version)),
        new SwitchEvent.FlowRemoved(1, 2, 3, ip, 1, 60, 120, NANOS, idle, 8, 9),
        new SwitchEvent.FlowRemoved(0, 0x8000, 0, Match.ANY, 5, 0, 0, NANOS, idle, 8, 9),
        new SwitchEvent.PacketIn2(packetIn, OCTETS, Octets.EMPTY),
        new SwitchEvent.PacketIn2(whole, Octets.EMPTY, continuation),
        new ControlRequest.Resume(whole, continuation),
        new SwitchEvent.RoleStatus(Role.SECONDARY, 0, 8),
        new SwitchEvent.RoleStatus(Role.EQUAL, 2, Role.NO_GENERATION),
        new SwitchEvent.RequestForward(99, new GroupChange.Add(group()).message()),
        new SwitchEvent.RequestForward(99, new MeterChange.Add(meter()).message()));
  }
}
