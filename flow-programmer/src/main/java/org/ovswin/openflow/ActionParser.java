package org.ovswin.openflow;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Actions in the syntax of {@code ovs-ofctl} (ovs-actions(7)).
 *
 * <p>OpenFlow 1.0's words for what later versions do with {@code set_field} are read as what {@code
 * ovs-ofctl} makes of them in those versions: {@code mod_dl_src}, {@code mod_vlan_vid} and so on.
 */
final class ActionParser {
  /** How deep actions may be within others; the stack is the bound otherwise. */
  private static final int MAX_DEPTH = 16;

  private static final int ETHERTYPE_VLAN = 0x8100;
  private static final int VLAN_PRESENT = 0x1000;

  private final Match match;
  private final int depth;
  private final List<Action> actions = new ArrayList<>();
  private boolean tagged;

  private ActionParser(Match match, boolean tagged, int depth) {
    this.match = match;
    this.tagged = tagged;
    this.depth = depth;
  }

  /** The actions of a flow with this match, on which the meaning of some words depends. */
  static List<Action> parse(Piece text, Match match) {
    boolean tagged =
        match.get(Field.VLAN_VID).filter(f -> (f.low() & VLAN_PRESENT) != 0).isPresent();
    return new ActionParser(match, tagged, MAX_DEPTH).all(text);
  }

  private List<Action> all(Piece text) {
    List<Piece.Pair> pairs = text.pairs();
    for (Piece.Pair pair : pairs) {
      if (pair.name().toLowerCase(Locale.ROOT).equals("drop")) {
        if (pairs.size() > 1) {
          throw pair.unlike("drop alone, without other actions");
        }
        return List.of();
      }
      one(pair);
    }
    return actions;
  }

  /** Actions within this one. */
  List<Action> within(Piece text) {
    if (depth == 0) {
      throw text.unlike("actions nested at most " + MAX_DEPTH + " deep");
    }
    return new ActionParser(match, tagged, depth - 1).all(text);
  }

  private void one(Piece.Pair pair) {
    Piece key = pair.key();
    Piece value = pair.value();
    boolean port =
        PortNo.ofText(key.text()).isPresent()
            || (!key.isEmpty() && key.text().chars().allMatch(c -> c >= '0' && c <= '9'));
    if (port && pair.form() == Piece.Form.ALONE) {
      actions.add(output(key));
      return;
    }
    String name = key.text().toLowerCase(Locale.ROOT);
    switch (name) {
      case "output" -> actions.add(outputTo(value));
      case "enqueue" -> {
        Piece[] parts =
            value
                .cut(":")
                .or(() -> value.cut(","))
                .orElseThrow(() -> value.unlike("a port and a queue"));
        actions.add(new Action.SetQueue(parts[1].integer(32)));
        actions.add(output(parts[0]));
        actions.add(new Action.PopQueue());
      }
      case "group" -> actions.add(new Action.Group(value.integer(32)));
      case "push_vlan" -> {
        actions.add(new Action.PushVlan(value.integer(16)));
        tagged = true;
      }
      case "pop_vlan", "strip_vlan" -> {
        actions.add(new Action.PopVlan());
        tagged = false;
      }
      case "push_mpls" -> actions.add(new Action.PushMpls(value.integer(16)));
      case "pop_mpls" -> actions.add(new Action.PopMpls(value.integer(16)));
      case "set_mpls_ttl" -> actions.add(new Action.SetMplsTtl(value.integer(8)));
      case "dec_mpls_ttl" -> actions.add(new Action.DecMplsTtl());
      case "mod_nw_ttl" -> actions.add(new Action.SetNwTtl(value.integer(8)));
      case "dec_ttl" -> {
        actions.add(value.isEmpty() ? new Action.DecTtl() : RareActionParser.decTtl(value));
      }
      case "set_queue" -> actions.add(new Action.SetQueue(value.integer(32)));
      default -> {
        if (!onField(name, value) && !instruction(name, value)) {
          actions.add(
              NxActionParser.parse(name, pair, this)
                  .orElseThrow(() -> key.unlike("the name of an action, or a port")));
        }
      }
    }
  }

  static void expectNothing(Piece value, String name) {
    if (!value.isEmpty()) {
      throw value.unlike("nothing after " + name);
    }
  }

  static Action.Output output(Piece port) {
    int number = port.port();
    return new Action.Output(number, number == PortNo.CONTROLLER ? Action.Output.NO_BUFFER : 0);
  }

  private static Action outputTo(Piece value) {
    if (value.text().startsWith("port=")) {
      Piece port = value;
      Piece maxLen = value.from(value.text().length());
      for (Piece.Pair pair : value.pairs()) {
        switch (pair.name()) {
          case "port" -> port = pair.value();
          case "max_len" -> maxLen = pair.value();
          default -> throw pair.unlike("port and max_len");
        }
      }
      return new Action.OutputTruncated(port.port(), maxLen.integer(32));
    }
    int bracket = value.text().indexOf('[');
    String word = bracket < 0 ? value.text() : value.text().substring(0, bracket);
    boolean port = PortNo.ofText(word).isPresent() || FieldParser.ofName(word).isEmpty();
    return port ? output(value) : Actions.output(FieldParser.subfield(value));
  }

  /** Actions that write fields, under all their names. */
  private boolean onField(String name, Piece value) {
    switch (name) {
      case "set_field" -> actions.add(setField(value));
      case "load" -> actions.add(load(value));
      case "move" -> {
        Piece[] ends = arrow(value);
        Subfield source = FieldParser.subfield(ends[0]);
        Subfield target = FieldParser.subfield(ends[1]);
        actions.add(value.make(() -> new Action.Move(source, target)));
      }
      case "push" -> actions.add(new Action.Push(FieldParser.subfield(value)));
      case "pop" -> actions.add(new Action.Pop(FieldParser.subfield(value)));
      case "check_pkt_larger" -> {
        Piece[] ends =
            value.cut(")->").orElseThrow(() -> value.unlike("a length and )-> with a bit"));
        int bytes = ends[0].integer(16);
        actions.add(new Action.CheckPacketLarger(bytes, FieldParser.subfield(ends[1])));
      }
      case "mod_vlan_vid", "set_vlan_vid" -> {
        pushTagFor(name);
        set(Field.VLAN_VID, value.number(12) | VLAN_PRESENT);
      }
      case "mod_vlan_pcp", "set_vlan_pcp" -> {
        pushTagFor(name);
        set(Field.VLAN_PCP, value.number(3));
      }
      case "mod_dl_src" -> set(Field.ETH_SRC, FieldParser.ethernet(value));
      case "mod_dl_dst" -> set(Field.ETH_DST, FieldParser.ethernet(value));
      case "mod_nw_src" -> set(Field.IPV4_SRC, FieldParser.ipv4(value));
      case "mod_nw_dst" -> set(Field.IPV4_DST, FieldParser.ipv4(value));
      case "mod_nw_tos" -> set(Field.IP_DSCP, value.number(8) >>> 2);
      case "mod_nw_ecn" -> set(Field.IP_ECN, value.number(2));
      case "mod_tp_src" -> set(transport(value, Field.TCP_SRC), value.number(16));
      case "mod_tp_dst" -> set(transport(value, Field.TCP_DST), value.number(16));
      case "set_mpls_label" -> set(Field.MPLS_LABEL, value.number(20));
      case "set_mpls_tc" -> set(Field.MPLS_TC, value.number(3));
      case "set_tunnel", "set_tunnel64" -> set(Field.TUN_ID, value.number(64));
      default -> {
        return false;
      }
    }
    return true;
  }

  private void set(Field field, long value) {
    actions.add(Actions.set(field, value));
  }

  /** {@code mod_vlan_…} tags a packet that has no tag; {@code set_vlan_…} does not. */
  private void pushTagFor(String name) {
    if (!tagged && name.startsWith("mod_")) {
      actions.add(new Action.PushVlan(ETHERTYPE_VLAN));
      tagged = true;
    }
  }

  /** The port of the protocol that the match is for. */
  private Field transport(Piece value, Field tcp) {
    boolean source = tcp == Field.TCP_SRC;
    long protocol = match.get(Field.IP_PROTO).map(MatchField::low).orElse(-1L);
    return switch ((int) protocol) {
      case 6 -> tcp;
      case 17 -> source ? Field.UDP_SRC : Field.UDP_DST;
      case 132 -> source ? Field.SCTP_SRC : Field.SCTP_DST;
      default -> throw value.unlike("a match on tcp, udp or sctp before it");
    };
  }

  private static Action setField(Piece value) {
    Piece[] ends = arrow(value);
    Field field = FieldParser.field(ends[1]);
    if (field.isWide()) {
      return new RareAction.SetTunnelMetadata(FieldParser.wideValueAndMask(field, ends[0]));
    }
    return new Action.SetField(FieldParser.valueAndMask(field, ends[0]));
  }

  private static Action load(Piece value) {
    Piece[] ends = arrow(value);
    Subfield target = FieldParser.subfield(ends[1]);
    if (target.field().isWide()) {
      BigInteger bits = ends[0].bigNumber();
      WideField loaded = ends[0].make(() -> WideField.of(target, bits));
      return loaded.mask().isEmpty()
          ? new RareAction.LoadTunnelMetadata(loaded)
          : new RareAction.SetTunnelMetadata(loaded);
    }
    if (target.bits() <= Long.SIZE) {
      return new Action.Load(target, ends[0].number(target.bits()));
    }
    // What a load cannot carry; ovs-ofctl sets the field, too.
    Piece.Wide bits = ends[0].wide(target.bits());
    if (target.bits() != target.field().bits()) {
      throw ends[1].unlike("at most 64 bits, or all of the field");
    }
    return Actions.set128(target.field(), bits.high(), bits.low());
  }

  /** What is before and after {@code ->}. */
  static Piece[] arrow(Piece value) {
    return value.cut("->").orElseThrow(() -> value.unlike("-> and a field"));
  }

  private boolean instruction(String name, Piece value) {
    switch (name) {
      case "meter" -> actions.add(new Action.Meter(value.integer(32)));
      case "clear_actions" -> {
        expectNothing(value, name);
        actions.add(new Action.ClearActions());
      }
      case "write_actions" -> actions.add(new Action.WriteActions(within(value)));
      case "write_metadata" -> {
        long mask = value.cut("/").map(parts -> parts[1].number(64)).orElse(-1L);
        long bits = value.cut("/").map(parts -> parts[0]).orElse(value).number(64);
        actions.add(new Action.WriteMetadata(bits, mask));
      }
      case "goto_table" -> actions.add(new Action.Goto(value.integer(8)));
      case "instruction" -> actions.add(new Action.RawInstruction(value.octets()));
      default -> {
        return false;
      }
    }
    return true;
  }
}
