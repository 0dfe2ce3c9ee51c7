package org.ovswin.openflow;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The body of an OpenFlow message (OpenFlow 1.5, 7), the same for every version. */
public sealed interface Message permits Message.Symmetric, Message.Request, Message.FromSwitch {
  /** What either side may send. */
  sealed interface Symmetric extends Message {}

  /** What the controller sends. */
  sealed interface Request extends Message
      permits FeaturesRequest,
          GetConfigRequest,
          SetConfig,
          BarrierRequest,
          FlowMod,
          GroupMod,
          MeterMod,
          BundleAdd,
          PacketOut,
          FlowStatsRequest,
          PortDescRequest,
          MultipartRequest,
          ControlRequest {}

  /** What the switch sends. */
  sealed interface FromSwitch extends Message
      permits FeaturesReply,
          GetConfigReply,
          BarrierReply,
          PacketIn,
          PortStatus,
          FlowStatsReply,
          PortDescReply,
          MultipartReply,
          ControlReply,
          SwitchEvent {}

  /** No buffer: the packet is in the message. */
  int NO_BUFFER = 0xffff_ffff;

  /**
   * The first message of each side.
   *
   * @param versions the version bitmap, bit n for version byte n; empty where there is none
   */
  record Hello(OptionalInt versions) implements Symmetric {}

  /**
   * A request was refused.
   *
   * @param experimenter 0 unless the type is 0xffff
   * @param data at least the first 64 bytes of the message that was refused, or a text
   */
  record ErrorReply(int type, int code, int experimenter, Octets data) implements Symmetric {
    /** The error's name and what it means, e.g. {@code OFPBAC_BAD_OUT_PORT: …}. */
    public String text() {
      return ErrorText.of(this);
    }
  }

  record EchoRequest(Octets data) implements Symmetric {}

  record EchoReply(Octets data) implements Symmetric {}

  /** A message of a type, or of contents, that the model does not know; as it came. */
  record Raw(int type, Octets body) implements Symmetric {}

  record FeaturesRequest() implements Request {}

  /**
   * What the switch is.
   *
   * @param datapathId 64 bits, of the bridge
   */
  record FeaturesReply(
      long datapathId, int buffers, int tables, int auxiliaryId, int capabilities, int reserved)
      implements FromSwitch {}

  record GetConfigRequest() implements Request {}

  record GetConfigReply(int flags, int missSendLen) implements FromSwitch {}

  /**
   * How packets come to the controller.
   *
   * @param missSendLen bytes of a packet that missed every flow; on a service connection, 0 also
   *     means that no asynchronous message is sent at all
   */
  record SetConfig(int flags, int missSendLen) implements Request {}

  record BarrierRequest() implements Request {}

  record BarrierReply() implements FromSwitch {}

  /**
   * Changes flows.
   *
   * @param table 0 to 254, or 255 for all tables of a delete
   * @param cookie of the new flow
   * @param cookieMask which bits of {@code cookie} restrict a modify or delete; 0 for none
   * @param outPort restricts a delete to flows that send to this port; {@link PortNo#ANY} for none
   * @param outGroup the same for a group; {@link #ANY_GROUP} for none
   */
  record FlowMod(
      FlowMod.Command command,
      int table,
      int priority,
      long cookie,
      long cookieMask,
      Match match,
      List<Action> actions,
      int idleTimeoutSeconds,
      int hardTimeoutSeconds,
      Set<FlowFlag> flags,
      int importance,
      int bufferId,
      int outPort,
      int outGroup)
      implements Request {
    public static final int ALL_TABLES = 0xff;
    public static final int ANY_GROUP = 0xffff_ffff;

    /** In wire order, from 0. */
    public enum Command {
      ADD,
      MODIFY,
      MODIFY_STRICT,
      DELETE,
      DELETE_STRICT
    }

    public FlowMod {
      actions = List.copyOf(actions);
      flags = FlowFlag.copyOf(flags);
    }

    /** The message that makes this change. */
    public static FlowMod of(FlowChange change) {
      return switch (change) {
        case FlowChange.Add(Flow flow) -> of(FlowMod.Command.ADD, flow, flow.actions());
        case FlowChange.ModifyStrict(Flow flow) ->
            of(FlowMod.Command.MODIFY_STRICT, flow, flow.actions());
        case FlowChange.DeleteStrict(Flow flow) ->
            of(FlowMod.Command.DELETE_STRICT, flow, List.of());
      };
    }

    private static FlowMod of(FlowMod.Command command, Flow flow, List<Action> actions) {
      return new FlowMod(
          command,
          flow.table(),
          flow.priority(),
          flow.cookie(),
          0,
          flow.match(),
          actions,
          flow.idleTimeoutSeconds(),
          flow.hardTimeoutSeconds(),
          flow.flags(),
          flow.importance(),
          NO_BUFFER,
          PortNo.ANY,
          ANY_GROUP);
    }

    /** As {@code ovs-ofctl ofp-print} shows it. */
    public String text() {
      return FlowText.format(this);
    }
  }

  /**
   * Changes groups.
   *
   * @param type of the group; of no meaning in a delete
   * @param groupId which one, or {@link Group#ALL} in a delete
   * @param commandBucketId where buckets are inserted or which are removed, as {@link Bucket#FIRST}
   *     and its like say; else {@link Bucket#ALL}
   * @param selection of a select group that is added or modified, from OpenFlow 1.5 on
   */
  record GroupMod(
      GroupMod.Command command,
      Group.Type type,
      int groupId,
      int commandBucketId,
      List<Bucket> buckets,
      Optional<Group.Selection> selection)
      implements Request {
    /** In the order in which ovs-ofctl knows them; the numbers on the wire have gaps. */
    public enum Command {
      ADD,
      MODIFY,
      DELETE,
      INSERT_BUCKET,
      REMOVE_BUCKET,
      /** Open vSwitch's own: whether it is there or not. */
      ADD_OR_MODIFY
    }

    public GroupMod {
      buckets = List.copyOf(buckets);
      GroupRules.check(command, type, groupId, commandBucketId, buckets, selection);
    }

    /** The message that makes this change. */
    public static GroupMod of(GroupChange change) {
      return switch (change) {
        case GroupChange.Add(Group group) -> of(GroupMod.Command.ADD, group);
        case GroupChange.Modify(Group group) -> of(GroupMod.Command.MODIFY, group);
        case GroupChange.Delete(int id) ->
            new GroupMod(
                GroupMod.Command.DELETE,
                Group.Type.ALL,
                id,
                Bucket.ALL,
                List.of(),
                Optional.empty());
        case GroupChange.InsertBuckets(int id, Group.Type type, int after, List<Bucket> buckets) ->
            new GroupMod(
                GroupMod.Command.INSERT_BUCKET, type, id, after, buckets, Optional.empty());
        case GroupChange.RemoveBuckets(int id, int bucketId) ->
            new GroupMod(
                GroupMod.Command.REMOVE_BUCKET,
                Group.Type.ALL,
                id,
                bucketId,
                List.of(),
                Optional.empty());
      };
    }

    private static GroupMod of(GroupMod.Command command, Group group) {
      return new GroupMod(
          command, group.type(), group.id(), Bucket.ALL, group.buckets(), group.selection());
    }
  }

  /**
   * Changes meters.
   *
   * @param meterId which one, or {@link Meter#ALL} in a delete
   * @param flags as in {@link Meter#flags}; 0 in a delete
   */
  record MeterMod(MeterMod.Command command, int meterId, int flags, List<Meter.Band> bands)
      implements Request {
    /** In wire order, from 0. */
    public enum Command {
      ADD,
      MODIFY,
      DELETE
    }

    public MeterMod {
      bands = List.copyOf(bands);
      Meter.checkFlags(flags);
    }

    /** The message that makes this change. */
    public static MeterMod of(MeterChange change) {
      return switch (change) {
        case MeterChange.Add(Meter(int id, int flags, List<Meter.Band> bands)) ->
            new MeterMod(MeterMod.Command.ADD, id, flags, bands);
        case MeterChange.Modify(Meter(int id, int flags, List<Meter.Band> bands)) ->
            new MeterMod(MeterMod.Command.MODIFY, id, flags, bands);
        case MeterChange.Delete(int id) -> new MeterMod(MeterMod.Command.DELETE, id, 0, List.of());
      };
    }
  }

  /** Opens, closes, commits or discards a bundle, or answers that (OpenFlow 1.5, 7.3.9.2). */
  record BundleControl(int bundleId, Kind kind, int flags) implements Symmetric {
    /** Apply all of it or nothing. */
    public static final int ATOMIC = 1;

    /** Apply in the order of the messages. */
    public static final int ORDERED = 2;

    /** In wire order, from 0. */
    public enum Kind {
      OPEN_REQUEST,
      OPEN_REPLY,
      CLOSE_REQUEST,
      CLOSE_REPLY,
      COMMIT_REQUEST,
      COMMIT_REPLY,
      DISCARD_REQUEST,
      DISCARD_REPLY
    }
  }

  /** Adds a message to a bundle; it carries the same xid as this one. */
  record BundleAdd(int bundleId, int flags, Message message) implements Request {}

  /**
   * A packet for the switch to act on.
   *
   * @param match in_port and, from OpenFlow 1.5 on, other metadata of the packet
   */
  record PacketOut(int bufferId, Match match, List<Action> actions, Octets packet)
      implements Request {
    public PacketOut {
      actions = List.copyOf(actions);
    }

    /** A packet that seems to have come from {@code inPort}. */
    public static PacketOut of(int inPort, List<Action> actions, byte[] packet) {
      Match match = Match.builder().inPort(inPort).build();
      return new PacketOut(NO_BUFFER, match, actions, Octets.of(packet));
    }
  }

  /**
   * A packet from the switch.
   *
   * @param totalLength of the packet, of which {@code packet} may be the beginning
   * @param reason 0 no match, 1 action, 2 invalid TTL, …
   * @param cookie of the flow that sent it
   * @param match in_port and other metadata
   */
  record PacketIn(
      int bufferId, int totalLength, int reason, int table, long cookie, Match match, Octets packet)
      implements FromSwitch {
    /** The port on which the packet came; {@link PortNo#ANY} where the switch does not say. */
    public int inPort() {
      return match.get(Field.IN_PORT).map(f -> (int) f.low()).orElse(PortNo.ANY);
    }
  }

  /** A port came, went or changed. */
  record PortStatus(int reason, PortDescription port) implements FromSwitch {}

  /** Asks for flows, with their actions and counters. */
  record FlowStatsRequest(
      int table, int outPort, int outGroup, long cookie, long cookieMask, Match match)
      implements Request {
    /** All flows whose cookie agrees with this one in the bits of the mask. */
    public static FlowStatsRequest ofCookie(long cookie, long cookieMask) {
      return new FlowStatsRequest(
          FlowMod.ALL_TABLES,
          PortNo.ANY,
          FlowMod.ANY_GROUP,
          cookie & cookieMask,
          cookieMask,
          Match.ANY);
    }
  }

  /** A part of the flows that were asked for. */
  record FlowStatsReply(More more, List<FlowStats> flows) implements FromSwitch {
    public FlowStatsReply {
      flows = List.copyOf(flows);
    }
  }

  /**
   * Asks what ports there are.
   *
   * @param port or {@link PortNo#ANY} for all, the only one before OpenFlow 1.5
   */
  record PortDescRequest(int port) implements Request {
    public PortDescRequest() {
      this(PortNo.ANY);
    }
  }

  /** A part of the switch's ports. */
  record PortDescReply(More more, List<PortDescription> ports) implements FromSwitch {
    public PortDescReply {
      ports = List.copyOf(ports);
    }
  }

  /** Whether further replies to the same request follow. */
  enum More {
    LAST,
    FOLLOWS
  }
}
