package org.ovswin.openflow;

import java.util.List;
import java.util.stream.Collectors;

/** Actions as {@code ovs-ofctl} writes them (OVS lib/ofp-actions.c, format_*). */
final class ActionText {
  static final String[] REASONS = {
    "no_match", "action", "invalid_ttl", "action_set", "group", "packet_out"
  };

  private ActionText() {}

  static String format(List<Action> actions) {
    return actions.isEmpty()
        ? "drop"
        : actions.stream().map(ActionText::format).collect(Collectors.joining(","));
  }

  static String format(Action action) {
    return switch (action) {
      case Action.Simple simple -> simple(simple);
      case Action.OnField onField -> onField(onField);
      case Action.Flowing flowing -> flowing(flowing);
      case Action.Nx nx -> nx(nx);
      case RareAction rare -> RareActionText.format(rare);
    };
  }

  private static String simple(Action.Simple action) {
    return switch (action) {
      case Action.Output a -> output(a);
      case Action.Group a -> "group:" + Integer.toUnsignedString(a.groupId());
      case Action.PushVlan a -> "push_vlan:0x%04x".formatted(a.etherType());
      case Action.PopVlan _ -> "pop_vlan";
      case Action.PushMpls a -> "push_mpls:0x%04x".formatted(a.etherType());
      case Action.PopMpls a -> "pop_mpls:0x%04x".formatted(a.etherType());
      case Action.SetMplsTtl a -> "set_mpls_ttl(" + a.ttl() + ")";
      case Action.DecMplsTtl _ -> "dec_mpls_ttl";
      case Action.SetNwTtl a -> "mod_nw_ttl:" + a.ttl();
      case Action.DecTtl _ -> "dec_ttl";
      case Action.SetQueue a -> "set_queue:" + Integer.toUnsignedString(a.queueId());
    };
  }

  private static String output(Action.Output a) {
    if (a.port() == PortNo.CONTROLLER) {
      return "CONTROLLER:" + a.maxLen();
    }
    boolean reserved = Integer.compareUnsigned(a.port(), PortNo.MAX) >= 0;
    return (reserved ? "" : "output:") + PortNo.toText(a.port());
  }

  private static String onField(Action.OnField action) {
    return switch (action) {
      case Action.SetField a ->
          "set_field:" + FieldText.valueAndMask(a.value()) + "->" + a.value().field().ovsName();
      case Action.Load a -> "load:" + FieldText.hexOrZero(a.value()) + "->" + a.target();
      case Action.Move a -> "move:" + a.source() + "->" + a.target();
      case Action.OutputReg a -> "output:" + a.source();
      case Action.Push a -> "push:" + a.source();
      case Action.Pop a -> "pop:" + a.target();
      case Action.CheckPacketLarger a -> "check_pkt_larger(" + a.bytes() + ")->" + a.target();
    };
  }

  private static String flowing(Action.Flowing action) {
    return switch (action) {
      case Action.Meter a -> "meter:" + Integer.toUnsignedString(a.meterId());
      case Action.ClearActions _ -> "clear_actions";
      case Action.WriteActions a -> "write_actions(" + format(a.actions()) + ")";
      case Action.WriteMetadata a ->
          "write_metadata:"
              + FieldText.hexOrZero(a.value())
              + (a.mask() == -1L ? "" : "/" + FieldText.hexOrZero(a.mask()));
      case Action.Goto a -> "goto_table:" + a.table();
      case Action.RawInstruction a -> "instruction(" + a.bytes().toHex() + ")";
    };
  }

  private static String nx(Action.Nx action) {
    return switch (action) {
      case Action.Resubmit a -> resubmit(a);
      case Action.Ct a -> ct(a);
      case Action.CtClear _ -> "ct_clear";
      case Action.Controller a -> controller(a);
      case Action.Conjunction a ->
          "conjunction("
              + Integer.toUnsignedString(a.id())
              + ","
              + (a.clause() + 1)
              + "/"
              + a.clauses()
              + ")";
      case Action.Note a -> "note:" + a.bytes().toHex(".");
      case Action.Clone a -> "clone(" + (a.actions().isEmpty() ? "" : format(a.actions())) + ")";
      case Action.Exit _ -> "exit";
      case Action.OutputTruncated a ->
          "output(port="
              + PortNo.toText(a.port())
              + ",max_len="
              + Integer.toUnsignedString(a.maxLen())
              + ")";
      case Action.Learn a -> NxActionText.learn(a);
      case Action.FinTimeout a -> NxActionText.finTimeout(a);
      case Action.Sample a -> NxActionText.sample(a);
      case Action.Encap a -> NxActionText.encap(a);
      case Action.Decap a -> NxActionText.decap(a);
      case Action.PopQueue _ -> "pop_queue";
      case Action.Raw a -> "raw(" + a.bytes().toHex() + ")";
    };
  }

  private static String resubmit(Action.Resubmit a) {
    boolean ofPacket = a.inPort() == PortNo.IN_PORT;
    if (!ofPacket && a.table().isEmpty() && a.lookup() == Action.Resubmit.Lookup.HEADERS) {
      return "resubmit:" + PortNo.toText(a.inPort());
    }
    return "resubmit("
        + (ofPacket ? "" : PortNo.toText(a.inPort()))
        + ","
        + (a.table().isPresent() ? a.table().getAsInt() : "")
        + (a.lookup() == Action.Resubmit.Lookup.ORIGINAL_TUPLE ? ",ct" : "")
        + ")";
  }

  private static String ct(Action.Ct a) {
    StringBuilder text = new StringBuilder("ct(");
    a.flags().forEach(flag -> text.append(FieldText.lower(flag)).append(','));
    a.table().ifPresent(table -> text.append("table=").append(table).append(','));
    switch (a.zone()) {
      case Action.Ct.Zone.Constant zone -> {
        if (zone.zone() != 0) {
          text.append("zone=").append(zone.zone()).append(',');
        }
      }
      case Action.Ct.Zone.InField zone -> text.append("zone=").append(zone.source()).append(',');
    }
    a.nat().ifPresent(nat -> text.append(nat).append(','));
    if (!a.exec().isEmpty()) {
      text.append("exec(").append(format(a.exec())).append("),");
    }
    switch (a.algPort()) {
      case 0 -> {}
      case 21 -> text.append("alg=ftp,");
      case 69 -> text.append("alg=tftp,");
      default -> text.append("alg=").append(a.algPort()).append(',');
    }
    return closed(text);
  }

  static String nat(Nat nat) {
    if (nat.kind() == Nat.Kind.EXISTING) {
      return "nat";
    }
    StringBuilder text = new StringBuilder("nat(").append(FieldText.lower(nat.kind()));
    nat.addresses()
        .ifPresent(range -> text.append('=').append(addresses(range, nat.ports().isPresent())));
    nat.ports()
        .ifPresent(
            p -> text.append(':').append(p.min()).append(p.max() == p.min() ? "" : "-" + p.max()));
    text.append(',');
    nat.flags().forEach(flag -> text.append(FieldText.lower(flag)).append(','));
    return closed(text);
  }

  private static String addresses(Nat.Addresses range, boolean portsFollow) {
    return switch (range) {
      case Nat.Addresses.Ipv4(int min, int max) ->
          FieldText.ipv4(Integer.toUnsignedLong(min))
              + (min == max ? "" : "-" + FieldText.ipv4(Integer.toUnsignedLong(max)));
      case Nat.Addresses.Ipv6 v6 -> {
        String min = FieldText.ipv6(v6.minHigh(), v6.minLow());
        String max = FieldText.ipv6(v6.maxHigh(), v6.maxLow());
        String open = portsFollow ? "[" : "";
        String close = portsFollow ? "]" : "";
        yield open + min + close + (min.equals(max) ? "" : "-" + open + max + close);
      }
    };
  }

  private static String controller(Action.Controller a) {
    boolean plain =
        a.reason() == 1
            && a.controllerId() == 0
            && a.userdata().length() == 0
            && a.meterId().isEmpty()
            && a.mode() == Action.Controller.Mode.CONTINUE;
    if (plain) {
      return "CONTROLLER:" + a.maxLen();
    }
    StringBuilder text = new StringBuilder("controller(");
    if (a.reason() != 1) {
      text.append("reason=")
          .append(a.reason() < REASONS.length ? REASONS[a.reason()] : "" + a.reason())
          .append(',');
    }
    if (a.maxLen() != Action.Output.NO_BUFFER) {
      text.append("max_len=").append(a.maxLen()).append(',');
    }
    if (a.controllerId() != 0) {
      text.append("id=").append(a.controllerId()).append(',');
    }
    if (a.userdata().length() != 0) {
      text.append("userdata=").append(a.userdata().toHex(".")).append(',');
    }
    if (a.mode() == Action.Controller.Mode.PAUSE) {
      text.append("pause,");
    }
    a.meterId().ifPresent(id -> text.append("meter_id=").append(id).append(','));
    return closed(text);
  }

  /** Replaces a comma at the end by the closing parenthesis. */
  static String closed(StringBuilder text) {
    if (text.charAt(text.length() - 1) == ',') {
      text.setLength(text.length() - 1);
    }
    return text.append(')').toString();
  }
}
