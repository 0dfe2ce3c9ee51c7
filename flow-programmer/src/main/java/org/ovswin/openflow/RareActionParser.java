package org.ovswin.openflow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Nicira's rarer actions in the syntax of {@code ovs-ofctl} (ovs-actions(7)). */
final class RareActionParser {
  private RareActionParser() {}

  /** The action of this name; empty for a name that is none. */
  static Optional<Action> parse(String name, Piece value) {
    return switch (name) {
      case "multipath" -> Optional.of(multipath(value));
      case "bundle" -> Optional.of(bundle(value, false));
      case "bundle_load" -> Optional.of(bundle(value, true));
      case "delete_field" -> {
        Field field = FieldParser.field(value);
        if (!field.isWide()) {
          throw value.unlike("tun_metadata0 to tun_metadata63");
        }
        yield Optional.of(new RareAction.DeleteField(field));
      }
      case "dec_nsh_ttl" -> nothingAfter(name, value, new RareAction.DecNshTtl());
      case "debug_recirc" -> nothingAfter(name, value, new RareAction.DebugRecirc());
      case "debug_slow" -> nothingAfter(name, value, new RareAction.DebugSlow());
      default -> Optional.empty();
    };
  }

  private static Optional<Action> nothingAfter(String name, Piece value, Action action) {
    ActionParser.expectNothing(value, name);
    return Optional.of(action);
  }

  /** {@code dec_ttl(id,…)}. */
  static Action decTtl(Piece value) {
    return new RareAction.DecTtlFor(
        value.commaSeparated().stream().map(id -> id.integer(16)).toList());
  }

  private static Action multipath(Piece value) {
    List<Piece> parts = value.commaSeparated();
    if (parts.size() != 6) {
      throw value.unlike("fields,basis,algorithm,links,argument,target");
    }
    return value.make(
        () ->
            new RareAction.Multipath(
                fields(parts.get(0)),
                parts.get(1).integer(16),
                constant(parts.get(2), RareAction.Multipath.LinkChoice.values()),
                parts.get(3).integer(17),
                parts.get(4).integer(32),
                FieldParser.subfield(parts.get(5))));
  }

  /** {@code fields,basis,algorithm,ofport,[target,]members:port,…}. */
  private static Action bundle(Piece value, boolean loads) {
    Piece[] halves =
        value
            .cut("members:")
            .or(() -> value.cut("slaves:"))
            .orElseThrow(() -> value.unlike("members: and ports"));
    List<Piece> parts = halves[0].commaSeparated();
    int expected = loads ? 6 : 5; // The last is what is between a comma and the members.
    if (parts.size() != expected || !parts.get(3).text().equals("ofport")) {
      throw value.unlike(
          "fields,basis,algorithm,ofport" + (loads ? ",target" : "") + ",members:ports");
    }
    List<Integer> members = new ArrayList<>();
    for (Piece member : halves[1].commaSeparated()) {
      if (!member.isEmpty()) {
        members.add(member.port());
      }
    }
    return value.make(
        () ->
            new RareAction.Bundle(
                fields(parts.get(0)),
                parts.get(1).integer(16),
                constant(parts.get(2), RareAction.Bundle.MemberChoice.values()),
                members,
                loads ? Optional.of(FieldParser.subfield(parts.get(4))) : Optional.empty()));
  }

  private static RareAction.HashFields fields(Piece text) {
    return Arrays.stream(RareAction.HashFields.values())
        .filter(fields -> fields.text().equals(text.text()))
        .findFirst()
        .orElseThrow(() -> text.unlike("eth_src, symmetric_l4, symmetric_l3l4 or the like"));
  }

  private static <E extends Enum<E>> E constant(Piece text, E[] constants) {
    return Arrays.stream(constants)
        .filter(constant -> FieldText.lower(constant).equals(text.text()))
        .findFirst()
        .orElseThrow(
            () ->
                text.unlike(
                    "one of "
                        + String.join(
                            ", ", Arrays.stream(constants).map(FieldText::lower).toList())));
  }

  /** {@code nsh} or {@code nsh(md_type=…,tlv(class,type,value))}. */
  static Action encapNsh(Piece.Pair nsh) {
    OptionalInt mdType = OptionalInt.empty();
    List<RareAction.EncapNsh.Tlv> tlvs = new ArrayList<>();
    for (Piece.Pair property : nsh.value().pairs()) {
      switch (property.name()) {
        case "md_type" -> {
          mdType = OptionalInt.of(property.value().integer(8));
          if (mdType.getAsInt() < 1 || mdType.getAsInt() > 2) {
            throw property.value().unlike("1 or 2");
          }
        }
        case "tlv" -> tlvs.add(tlv(property.value()));
        default -> throw property.unlike("md_type or tlv");
      }
    }
    return new RareAction.EncapNsh(mdType, tlvs);
  }

  private static RareAction.EncapNsh.Tlv tlv(Piece value) {
    List<Piece> parts = value.commaSeparated();
    boolean hex = parts.size() == 3 && parts.get(2).text().startsWith("0x");
    if (!hex) {
      throw value.unlike("class,type,0x and pairs of hexadecimal digits");
    }
    Piece digits = parts.get(2).from(2);
    // A leading zero is not written.
    Octets octets =
        digits.text().length() % 2 == 0
            ? digits.octets()
            : new Piece("0" + digits.text(), digits.offset()).octets();
    return value.make(
        () ->
            new RareAction.EncapNsh.Tlv(parts.get(0).integer(16), parts.get(1).integer(8), octets));
  }
}
