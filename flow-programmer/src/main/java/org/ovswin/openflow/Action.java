package org.ovswin.openflow;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a flow does to a packet, in the order in which it is written.
 *
 * <p>As in Open vSwitch, instructions (OpenFlow 1.5, 5.5) are actions among the others: {@link
 * Meter}, {@link ClearActions}, {@link WriteActions}, {@link WriteMetadata} and {@link Goto}, in
 * this order and after the actions that are applied at once; {@link Flow} checks it. An empty list
 * drops.
 */
public sealed interface Action
    permits Action.Simple, Action.OnField, Action.Flowing, Action.Nx, RareAction {
  /** OpenFlow's own actions that move the packet or its tags. */
  sealed interface Simple extends Action {}

  /** Actions that read or write a field. */
  sealed interface OnField extends Action {}

  /** Instructions: what happens between and after the tables. */
  sealed interface Flowing extends Action {}

  /** Nicira's extensions. */
  sealed interface Nx extends Action {}

  /** As {@code ovs-ofctl} writes it, e.g. {@code output:3}. */
  default String text() {
    return ActionText.format(this);
  }

  /**
   * To a port.
   *
   * @param port 32 bits; see {@link PortNo}
   * @param maxLen bytes of the packet sent to a controller; 0 for other ports
   */
  record Output(int port, int maxLen) implements Simple {
    /** The value of {@code maxLen} that sends all of the packet. */
    public static final int NO_BUFFER = 0xffff;

    public Output {
      checkUnsigned("max_len", maxLen, 16);
    }
  }

  /** To a group. */
  record Group(int groupId) implements Simple {}

  /** A new outermost VLAN tag of this ethertype, 0x8100 or 0x88a8. */
  record PushVlan(int etherType) implements Simple {}

  record PopVlan() implements Simple {}

  /** A new outermost MPLS header of this ethertype, 0x8847 or 0x8848. */
  record PushMpls(int etherType) implements Simple {}

  /** Takes the outermost MPLS header off; what is under it has this ethertype. */
  record PopMpls(int etherType) implements Simple {}

  record SetMplsTtl(int ttl) implements Simple {}

  record DecMplsTtl() implements Simple {}

  record SetNwTtl(int ttl) implements Simple {}

  record DecTtl() implements Simple {}

  record SetQueue(int queueId) implements Simple {}

  /** Sets the bits of a field that its mask covers. */
  record SetField(MatchField value) implements OnField {}

  /**
   * The older form of {@link SetField}, for a run of bits; the switch reports it as {@code
   * set_field} from OpenFlow 1.5 on, and as it came before.
   */
  record Load(Subfield target, long value) implements OnField {
    public Load {
      if (target.bits() > Long.SIZE || target.field().isWide()) {
        throw new IllegalArgumentException(
            "load: " + target + " (expected: at most 64 bits, of a narrow field)");
      }
      if (target.bits() < 64 && value >>> target.bits() != 0) {
        throw new IllegalArgumentException(
            "load: %s (expected: at most %d bits)"
                .formatted(FieldText.hex(0, value), target.bits()));
      }
    }

    /** The same as a {@link SetField}. */
    public SetField toSetField() {
      int offset = target.offset();
      long ones = target.bits() >= 64 ? -1L : (1L << target.bits()) - 1;
      return new SetField(
          new MatchField(
              target.field(),
              shiftHigh(value, offset),
              shiftLow(value, offset),
              shiftHigh(ones, offset),
              shiftLow(ones, offset)));
    }

    private static long shiftLow(long bits, int offset) {
      return offset >= 64 ? 0 : bits << offset;
    }

    private static long shiftHigh(long bits, int offset) {
      return offset == 0 ? 0 : offset >= 64 ? bits << (offset - 64) : bits >>> (64 - offset);
    }
  }

  /** Copies a run of bits of one field to an equally long one of another. */
  record Move(Subfield source, Subfield target) implements OnField {
    public Move {
      if (source.bits() != target.bits()) {
        throw new IllegalArgumentException(
            "move: %s -> %s (expected: equal widths)".formatted(source, target));
      }
    }
  }

  /** To the port whose number a field holds. */
  record OutputReg(Subfield source, int maxLen) implements OnField {
    /** The value of {@code maxLen} that sends all of the packet to a controller. */
    public static final int WHOLE_PACKET = 0xffff;

    public OutputReg {
      checkUnsigned("max_len", maxLen, 16);
    }
  }

  /** Onto the stack of the packet. */
  record Push(Subfield source) implements OnField {}

  /** From the stack of the packet. */
  record Pop(Subfield target) implements OnField {}

  /** Sets a bit where the packet is longer than this many bytes. */
  record CheckPacketLarger(int bytes, Subfield target) implements OnField {
    public CheckPacketLarger {
      checkUnsigned("check_pkt_larger", bytes, 16);
    }
  }

  /** Applies a meter. An instruction before OpenFlow 1.5, an action from then on. */
  record Meter(int meterId) implements Flowing {}

  /** Empties the action set. */
  record ClearActions() implements Flowing {}

  /** Adds to the action set, which is done when no table follows. */
  record WriteActions(List<Action> actions) implements Flowing {
    public WriteActions {
      actions = List.copyOf(actions);
    }
  }

  /** Sets the bits of {@code mask} of the metadata field. */
  record WriteMetadata(long value, long mask) implements Flowing {
    public WriteMetadata {
      value &= mask;
    }
  }

  /** To a later table. */
  record Goto(int table) implements Flowing {
    public Goto {
      checkUnsigned("goto_table", table, 8);
    }
  }

  /**
   * Searches a table again and then goes on with the next action.
   *
   * @param inPort what the search takes as input port; {@link PortNo#IN_PORT} for the packet's
   * @param table the table; empty for the current one
   */
  record Resubmit(int inPort, OptionalInt table, Lookup lookup) implements Nx {
    /** Which addresses and ports the search sees. */
    public enum Lookup {
      HEADERS,
      /** Those of the connection's original direction. */
      ORIGINAL_TUPLE
    }

    public Resubmit {
      table.ifPresent(t -> checkUnsigned("resubmit table", t, 8));
    }
  }

  /**
   * Through connection tracking.
   *
   * @param zone 16 bits, from the flow or from a field
   * @param table where a copy of the packet goes on, with ct_state set; empty to only track
   * @param nat empty for none; {@link Nat#existing} to do what the connection committed
   * @param exec sets ct_mark and ct_label; needs {@link Ct.Flag#COMMIT}
   * @param algPort 21 (ftp), 69 (tftp) or 0
   */
  record Ct(
      Set<Flag> flags,
      Zone zone,
      OptionalInt table,
      Optional<Nat> nat,
      List<Action> exec,
      int algPort)
      implements Nx {
    /** Flags, in wire and text order. */
    public enum Flag {
      COMMIT,
      /** With {@link #COMMIT}: replaces a connection of the opposite direction. */
      FORCE
    }

    /** The zone is a number or a field that holds one. */
    public sealed interface Zone {
      /** 16 bits. */
      record Constant(int zone) implements Zone {
        public Constant {
          checkUnsigned("ct zone", zone, 16);
        }
      }

      /** 16 bits of a field. */
      record InField(Subfield source) implements Zone {
        public InField {
          if (source.bits() != 16) {
            throw new IllegalArgumentException("ct zone: " + source + " (expected: 16 bits)");
          }
        }
      }
    }

    public Ct {
      flags = immutable(flags, Flag.class);
      exec = List.copyOf(exec);
      if (!exec.isEmpty() && !flags.contains(Flag.COMMIT)) {
        throw new IllegalArgumentException("ct: exec without commit (expected: commit)");
      }
    }

    /** Tracks in this zone and goes on in {@code table}. */
    public static Ct track(int zone, int table) {
      return new Ct(
          Set.of(), new Zone.Constant(zone), OptionalInt.of(table), Optional.empty(), List.of(), 0);
    }

    /** Commits to this zone. */
    public static Ct commit(int zone) {
      return new Ct(
          Set.of(Flag.COMMIT),
          new Zone.Constant(zone),
          OptionalInt.empty(),
          Optional.empty(),
          List.of(),
          0);
    }

    /** This with address translation. */
    public Ct withNat(Nat translation) {
      return new Ct(flags, zone, table, Optional.of(translation), exec, algPort);
    }

    /** This, going on in a table. */
    public Ct withTable(int next) {
      return new Ct(flags, zone, OptionalInt.of(next), nat, exec, algPort);
    }

    /** This with {@code exec(…)}. */
    public Ct withExec(Action... actions) {
      return new Ct(flags, zone, table, nat, List.of(actions), algPort);
    }
  }

  record CtClear() implements Nx {}

  /**
   * To a controller, with more said than {@link Output} can.
   *
   * @param reason the packet-in's reason: 0 no match, 1 action, 2 invalid TTL, …
   * @param controllerId 16 bits; 0 for all that did not choose an id
   * @param userdata given back in the packet-in
   */
  record Controller(
      int reason, int maxLen, int controllerId, Octets userdata, OptionalInt meterId, Mode mode)
      implements Nx {
    /** The reason of an ordinary output to a controller. */
    public static final int REASON_ACTION = 1;

    /** Whether the pipeline waits for the controller to resume it. */
    public enum Mode {
      CONTINUE,
      PAUSE
    }
  }

  /** A dimension of a conjunctive match; {@code clause} counts from 0, of {@code clauses}. */
  record Conjunction(int id, int clause, int clauses) implements Nx {}

  /**
   * Bytes without effect. An action's length is a multiple of 8, so 6 bytes, or 14, 22 and so on;
   * others are filled up with zeros, as the switch reports them.
   */
  record Note(Octets bytes) implements Nx {
    public Note {
      int missing = 6 - bytes.length() & 7;
      bytes = Octets.of(Arrays.copyOf(bytes.toByteArray(), bytes.length() + missing));
    }
  }

  /** Does the actions on a copy. */
  record Clone(List<Action> actions) implements Nx {
    public Clone {
      actions = List.copyOf(actions);
    }
  }

  /** Ends the actions of this flow. */
  record Exit() implements Nx {}

  /** To a port, cut to at most {@code maxLen} bytes. */
  record OutputTruncated(int port, int maxLen) implements Nx {}

  /**
   * Adds a flow made of the packet, or rewrites it where it is there already.
   *
   * @param finIdleSeconds the idle timeout once a FIN or RST of TCP was seen; 0 to change none
   * @param finHardSeconds the hard timeout from then on
   * @param limit how many flows of this cookie there may be in the table; 0 for any number
   * @param result the bit that is set to whether the limit allowed it
   */
  record Learn(
      int table,
      int priority,
      long cookie,
      int idleSeconds,
      int hardSeconds,
      int finIdleSeconds,
      int finHardSeconds,
      Set<Option> options,
      int limit,
      Optional<Subfield> result,
      List<LearnSpec> specs)
      implements Nx {
    /** In wire order, from bit 0. */
    public enum Option {
      /** Tell the controllers when the new flow goes. */
      SEND_FLOW_REM,
      /** The new flow goes when this one does. */
      DELETE_LEARNED
    }

    public Learn {
      checkUnsigned("learn table", table, 8);
      checkUnsigned("learn priority", priority, 16);
      checkUnsigned("learn idle_timeout", idleSeconds, 16);
      checkUnsigned("learn hard_timeout", hardSeconds, 16);
      checkUnsigned("learn fin_idle_timeout", finIdleSeconds, 16);
      checkUnsigned("learn fin_hard_timeout", finHardSeconds, 16);
      options = immutable(options, Option.class);
      specs = List.copyOf(specs);
      if (result.filter(bit -> bit.bits() != 1).isPresent()) {
        throw new IllegalArgumentException(
            "learn result_dst: " + result.get() + " (expected: one bit)");
      }
    }
  }

  /** Changes the timeouts of this flow once a FIN or RST of TCP was seen; 0 changes none. */
  record FinTimeout(int idleSeconds, int hardSeconds) implements Nx {
    public FinTimeout {
      checkUnsigned("fin_timeout idle_timeout", idleSeconds, 16);
      checkUnsigned("fin_timeout hard_timeout", hardSeconds, 16);
    }
  }

  /**
   * Sends samples of the packets to a set of IPFIX collectors.
   *
   * @param probability of 65535
   * @param samplingPort the port that the sample tells of; {@link PortNo#ANY} for none
   */
  record Sample(
      int probability,
      int collectorSetId,
      int observationDomainId,
      int observationPointId,
      int samplingPort,
      Direction direction)
      implements Nx {
    /** Where the packet is seen; in wire order, from 0. */
    public enum Direction {
      UNSAID,
      INGRESS,
      EGRESS
    }

    public Sample {
      checkUnsigned("sample probability", probability, 16);
      if (probability == 0) {
        throw new IllegalArgumentException("sample probability: 0 (expected: 1 to 65535)");
      }
    }
  }

  /** A new outermost header: Ethernet, MPLS or MPLS multicast, the packet type of which it has. */
  record Encap(int packetType) implements Nx {
    public static final int ETHERNET = 0;
    public static final int MPLS = 0x0001_8847;
    public static final int MPLS_MULTICAST = 0x0001_8848;

    public Encap {
      if (packetType != ETHERNET && packetType != MPLS && packetType != MPLS_MULTICAST) {
        throw new IllegalArgumentException(
            "encap: packet type 0x%x (expected: Ethernet or MPLS)".formatted(packetType));
      }
    }
  }

  /** Takes the outermost header off; what is under it has this packet type. */
  record Decap(int packetType) implements Nx {
    /** What the header itself says is under it. */
    public static final int AS_THE_HEADER_SAYS = 0xfffe;
  }

  /** Undoes {@link SetQueue}. */
  record PopQueue() implements Nx {}

  /**
   * An action that this model does not know, header included, as it came.
   *
   * @param bytes a multiple of 8
   */
  record Raw(Octets bytes) implements Nx {}

  /** An instruction that this model does not know, header included, as it came. */
  record RawInstruction(Octets bytes) implements Flowing {}

  private static <E extends Enum<E>> Set<E> immutable(Set<E> set, Class<E> type) {
    EnumSet<E> ordered = EnumSet.noneOf(type);
    ordered.addAll(set);
    return Collections.unmodifiableSet(ordered);
  }

  private static void checkUnsigned(String name, int value, int bits) {
    if (value >>> bits != 0) {
      throw new IllegalArgumentException(
          "%s: %d (expected: 0 to %d)".formatted(name, value, (1 << bits) - 1));
    }
  }
}
