package org.ovswin.openflow;

import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** Nicira's rarer actions as {@code ovs-ofctl} writes them. */
final class RareActionText {
  private RareActionText() {}

  static String format(RareAction action) {
    return switch (action) {
      case RareAction.Multipath a ->
          "multipath(%s,%d,%s,%d,%s,%s)"
              .formatted(
                  a.fields().text(),
                  a.basis(),
                  FieldText.lower(a.algorithm()),
                  a.links(),
                  Integer.toUnsignedString(a.argument()),
                  a.target());
      case RareAction.Bundle a ->
          "bundle%s(%s,%d,%s,ofport,%smembers:%s)"
              .formatted(
                  a.target().isPresent() ? "_load" : "",
                  a.fields().text(),
                  a.basis(),
                  FieldText.lower(a.algorithm()),
                  a.target().map(target -> target + ",").orElse(""),
                  a.members().stream().map(PortNo::toText).collect(Collectors.joining(",")));
      case RareAction.DeleteField(Field field) -> "delete_field:" + field.ovsName();
      case RareAction.SetTunnelMetadata(WideField value) ->
          "set_field:" + value.valueAndMask() + "->" + value.field().ovsName();
      case RareAction.LoadTunnelMetadata(WideField value) ->
          format(new RareAction.SetTunnelMetadata(value));
      case RareAction.DecTtlFor(List<Integer> ids) ->
          "dec_ttl(" + ids.stream().map(String::valueOf).collect(Collectors.joining(",")) + ")";
      case RareAction.DecNshTtl() -> "dec_nsh_ttl";
      case RareAction.EncapNsh a -> encapNsh(a);
      case RareAction.DebugRecirc() -> "debug_recirc";
      case RareAction.DebugSlow() -> "debug_slow";
    };
  }

  private static String encapNsh(RareAction.EncapNsh a) {
    StringJoiner properties = new StringJoiner(",", "(nsh(", "))").setEmptyValue("(nsh)");
    a.mdType().ifPresent(type -> properties.add("md_type=" + type));
    for (RareAction.EncapNsh.Tlv tlv : a.tlvs()) {
      properties.add("tlv(0x%04x,%d,%s)".formatted(tlv.tlvClass(), tlv.type(), hex(tlv.value())));
    }
    return "encap" + properties;
  }

  /** Without leading zeros, also where bytes are meant. */
  static String hex(Octets octets) {
    String digits = octets.toHex().replaceFirst("^0+", "");
    return "0x" + (digits.isEmpty() ? "0" : digits);
  }
}
